// Every colour of the dashboard, once, for light and dark: the Mantine theme, the style sheets (as CSS variables)
// and the charts all read this file. High, Medium and Low are told apart by lightness and by the blue–yellow axis,
// which the common colour blindnesses keep; a shape or a label always stands beside the colour.

export type Scheme = 'light' | 'dark';

export type Tokens = {
  canvas: string;
  surface: string;
  sunken: string;
  line: string;
  lineStrong: string;
  ink: string;
  inkSoft: string;
  inkFaint: string;
  accent: string;
  accentHover: string;
  accentSoft: string;
  onAccent: string;
  high: string;
  highSoft: string;
  medium: string;
  mediumSoft: string;
  low: string;
  lowSoft: string;
  raises: string;
  lowers: string;
  good: string;
  warn: string;
  warnSoft: string;
  bad: string;
  badSoft: string;
};

const light: Tokens = {
  canvas: '#fafbfc',
  surface: '#ffffff',
  sunken: '#f4f5f8',
  line: '#e7e9ee',
  lineStrong: '#d2d6de',
  ink: '#161a22',
  inkSoft: '#4d5564',
  inkFaint: '#656d7d',
  accent: '#4353d6',
  accentHover: '#3644b8',
  accentSoft: '#eef0fd',
  onAccent: '#ffffff',
  high: '#08756f',
  highSoft: '#dff2ef',
  medium: '#c98312',
  mediumSoft: '#fbf0da',
  low: '#8791a5',
  lowSoft: '#eceff4',
  raises: '#08756f',
  lowers: '#b4552d',
  good: '#0f7a4d',
  warn: '#8f5a00',
  warnSoft: '#fdf5e3',
  bad: '#b3302b',
  badSoft: '#fdeceb',
};

const dark: Tokens = {
  canvas: '#0f1115',
  surface: '#15181e',
  sunken: '#1b1f27',
  line: '#252a34',
  lineStrong: '#394050',
  ink: '#eceef3',
  inkSoft: '#b2b9c8',
  inkFaint: '#929bad',
  accent: '#98a3ff',
  accentHover: '#b3bbff',
  accentSoft: '#20254a',
  onAccent: '#10132b',
  high: '#34c0b4',
  highSoft: '#113230',
  medium: '#eab04a',
  mediumSoft: '#3a2d12',
  low: '#75809a',
  lowSoft: '#232934',
  raises: '#34c0b4',
  lowers: '#e58a5f',
  good: '#4cc38a',
  warn: '#f0bb5c',
  warnSoft: '#2f2612',
  bad: '#f2827c',
  badSoft: '#371a1a',
};

export const tokens: Record<Scheme, Tokens> = { light, dark };

/** `inkSoft` → `--ink-soft`, the name under which a style sheet finds the colour. */
export function variableName(token: string): `--${string}` {
  return `--${token.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
