// High, Medium and Low: one name, one colour, one shape and one meaning each, everywhere. The bounds are those of
// the three ready segments (score 70 and above, 40 to 69, below 40).

import type { Bin, Level } from './api.ts';
import type { Tokens } from './tokens.ts';

export type LevelFacts = {
  level: Level;
  label: string;
  color: 'high' | 'medium' | 'low';
  soft: 'highSoft' | 'mediumSoft' | 'lowSoft';
  minScore: number;
  maxScore: number;
  meaning: string;
};

export const levels: readonly LevelFacts[] = [
  {
    level: 'HIGH',
    label: 'High',
    color: 'high',
    soft: 'highSoft',
    minScore: 70,
    maxScore: 100,
    meaning: 'Ready to buy: a score of 70 or more.',
  },
  {
    level: 'MEDIUM',
    label: 'Medium',
    color: 'medium',
    soft: 'mediumSoft',
    minScore: 40,
    maxScore: 69,
    meaning: 'Comparing: a score from 40 to 69.',
  },
  {
    level: 'LOW',
    label: 'Low',
    color: 'low',
    soft: 'lowSoft',
    minScore: 0,
    maxScore: 39,
    meaning: 'Just looking, or gone quiet: a score below 40.',
  },
];

export function factsOf(level: Level): LevelFacts {
  return levels.find((facts) => facts.level === level) ?? levels[2];
}

export function levelOfScore(score: number): LevelFacts {
  return levels.find((facts) => score >= facts.minScore) ?? levels[2];
}

/** The whole scores that a bin holds, whether its end is where the next begins or its own last score. */
export function scoresOf(bins: readonly Bin[], index: number): [first: number, last: number] {
  const { from, to } = bins[index];
  const next = bins[index + 1];
  return [from, next ? next.from - 1 : to];
}

export function levelColor(level: Level, t: Tokens): string {
  return t[factsOf(level).color];
}

/** The shape of a level as an ECharts symbol: triangle up, circle, triangle down. */
export function levelSymbol(level: Level): string {
  if (level === 'HIGH') return 'triangle';
  if (level === 'MEDIUM') return 'circle';
  return 'path://M0 0 L10 0 L5 9 Z';
}
