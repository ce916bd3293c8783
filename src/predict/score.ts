// The score that people see: 100 × probability, rounded, and its three levels [INT-1].

export type Level = 'HIGH' | 'MEDIUM' | 'LOW';

export const LEVELS: readonly Level[] = ['HIGH', 'MEDIUM', 'LOW'];

const HIGH_FROM = 70;
const MEDIUM_FROM = 40;

export function scoreOf(probability: number): number {
  return Math.max(0, Math.min(100, Math.round(100 * probability)));
}

/** High: ready to buy; Medium: comparing; Low: not yet. */
export function levelOf(score: number): Level {
  if (score >= HIGH_FROM) return 'HIGH';
  return score >= MEDIUM_FROM ? 'MEDIUM' : 'LOW';
}

/** Lowest and highest score of a level. */
export function levelRange(level: Level): [minScore: number, maxScore: number] {
  if (level === 'HIGH') return [HIGH_FROM, 100];
  return level === 'MEDIUM' ? [MEDIUM_FROM, HIGH_FROM - 1] : [0, MEDIUM_FROM - 1];
}
