// The page around the plots: one HTML file that needs nothing else, light or dark as the reader's system is.
import { asMarkup } from './markup.ts';

/** A part of the page: what it is about and its HTML. */
export type Section = { title: string; html: string };

export function drawPage({
  title,
  lead,
  sections,
}: {
  title: string;
  lead: string;
  sections: readonly Section[];
}): string {
  const parts = sections.map(({ title: name, html }) => `<section><h2>${asMarkup(name)}</h2>\n${html}\n</section>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="inkling lab">
<title>${asMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${asMarkup(title)}</h1>
<p class="lead">${asMarkup(lead)}</p>
${parts.join('\n')}
</main>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2733; --soft: #52606d; --grid: #dfe5eb; --main: #0b62a8; --second: #a8430b; --faint: #0b62a826; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14191f; --ink: #e6ebf0; --soft: #a9b4c0; --grid: #303a45; --main: #6db7f2; --second: #f0a06a; --faint: #6db7f22e; }
}
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 24px; }
h1 { font-size: 1.6rem; margin: 0 0 4px; }
h2 { font-size: 1.15rem; margin: 32px 0 12px; border-bottom: 1px solid var(--grid); padding-bottom: 4px; }
.lead, .reading { color: var(--soft); }
.reading { margin: 2px 0 0; font-size: 0.85rem; max-width: 366px; }
.plots { display: flex; flex-wrap: wrap; gap: 24px; }
figure { margin: 0; }
figcaption { font-weight: 600; margin-bottom: 4px; }
svg { max-width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg polyline { fill: none; stroke-linejoin: round; }
.main { stroke: var(--main); stroke-width: 2; }
.second { stroke: var(--second); stroke-width: 2; }
.faint { stroke: var(--faint); stroke-width: 1; }
.guide { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 4; }
.grid { stroke: var(--grid); }
.axis { stroke: var(--soft); }
.whisker { stroke: var(--main); stroke-width: 1.5; }
circle, .bar { fill: var(--main); }
.tick, .name { fill: var(--soft); }
.bar-name { fill: var(--ink); }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--grid); }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--soft); }
`;
