// The Mantine theme: our tokens poured into its palettes, so that its buttons, inputs and overlays speak the same
// visual language as the rest. One accent, one typeface (the system's, so nothing is fetched), small radii.

import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorResolverResult,
  type VariantColorsResolverInput,
} from '@mantine/core';
import { type Scheme, tokens, variableName } from './tokens.ts';

const sans =
  '"Inter Variable", Inter, -apple-system, BlinkMacSystemFont, "Segoe UI Variable Text", "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif';
const mono = 'ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace';

const { light, dark } = tokens;

const accent: MantineColorsTuple = [
  light.accentSoft,
  '#d9ddfa',
  '#b9c0f6',
  dark.accent,
  '#7481ee',
  '#5a68e2',
  light.accent,
  light.accentHover,
  '#2c3898',
  dark.accentSoft,
];

const gray: MantineColorsTuple = [
  light.canvas,
  light.sunken,
  light.line,
  '#dde0e7',
  light.lineStrong,
  '#a9b0be',
  light.inkFaint,
  light.inkSoft,
  '#343b48',
  light.ink,
];

const night: MantineColorsTuple = [
  dark.ink,
  '#cfd4de',
  dark.inkSoft,
  dark.inkFaint,
  dark.lineStrong,
  dark.line,
  dark.sunken,
  dark.surface,
  dark.canvas,
  '#0b0d10',
];

/** A filled button is the accent of the scheme with the ink that can be read on it. */
function colorsOf(input: VariantColorsResolverInput): VariantColorResolverResult {
  if (input.variant !== 'filled') return defaultVariantColorsResolver(input);
  return {
    background: 'var(--accent)',
    hover: 'var(--accent-hover)',
    color: 'var(--on-accent)',
    border: '1px solid transparent',
  };
}

/** What floats stands on the surface, not on the canvas. */
const floating = {
  content: { background: 'var(--surface)' },
  header: { background: 'var(--surface)' },
  title: { fontWeight: 600, fontSize: '1rem' },
};

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 3 },
  variantColorResolver: colorsOf,
  colors: { accent, gray, dark: night },
  black: light.ink,
  fontFamily: sans,
  fontFamilyMonospace: mono,
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: { fontFamily: sans, fontWeight: '600' },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '14px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: {
      defaultProps: { multiline: true, maw: 300, openDelay: 150, events: { hover: true, focus: true, touch: true } },
    },
    Modal: { styles: floating },
    Drawer: { styles: floating },
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm' } },
    NumberInput: { defaultProps: { size: 'sm' } },
    SegmentedControl: { defaultProps: { size: 'xs', withItemsBorders: false } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: variables('light'),
  dark: variables('dark'),
});

function variables(scheme: Scheme): Record<`--${string}`, string> {
  const own = Object.fromEntries(Object.entries(tokens[scheme]).map(([name, color]) => [variableName(name), color]));
  const { canvas, ink, inkFaint, lineStrong, accent: link, bad } = tokens[scheme];
  return {
    ...own,
    '--mantine-color-body': canvas,
    '--mantine-color-text': ink,
    '--mantine-color-dimmed': inkFaint,
    '--mantine-color-placeholder': inkFaint,
    '--mantine-color-default-border': lineStrong,
    '--mantine-color-anchor': link,
    '--mantine-color-error': bad,
  };
}
