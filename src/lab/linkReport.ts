// The report of a linkage as one HTML file: how many links and how sure, what other thresholds would give, what each
// level of each field counts (the match weights), and pairs that a person should look at, each with its reasons.
import type { Linked, LinkSummary } from './link.ts';
import { drawChart, type Point } from './report/chart.ts';
import { asMarkup, htmlTable, percent } from './report/markup.ts';
import { drawPage } from './report/page.ts';

const MOST_UNCERTAIN = 10;

export function drawLinkReport(linked: Linked): string {
  const { summary } = linked;
  return drawPage({
    title:
      summary.kind === 'link'
        ? `Which records of ${summary.files.join(' and ')} are the same`
        : `Which records of ${summary.files[0]} are the same`,
    lead: `${summary.records.toLocaleString('en')} records, ${summary.links.toLocaleString('en')} links, ${summary.clusters.toLocaleString('en')} clusters. No label was used.`,
    sections: [
      { title: 'Figures', html: figuresTable(summary) },
      {
        title: 'What other thresholds would give',
        html: `<div class="plots">${thresholdPlot(summary)}</div>\n${thresholdTable(summary)}`,
      },
      { title: 'Match weights', html: weightsTable(linked) },
      ...(summary.explanation === undefined
        ? []
        : [
            {
              title: `${summary.explanation.left} and ${summary.explanation.right}`,
              html: waterfall(summary.explanation),
            },
          ]),
      ...uncertainSections(linked),
      { title: 'Which pairs were looked at', html: rulesTable(summary) },
    ],
  });
}

function figuresTable(summary: LinkSummary): string {
  const {
    precision,
    recall,
    f1,
    expectedPrecision,
    expectedRecall,
    expectedMatches,
    threshold,
    weakBridges,
    uncertain,
  } = summary;
  const known: [string, number][] =
    precision === undefined || recall === undefined || f1 === undefined
      ? []
      : [
          ['precision, by the truth given', precision],
          ['recall', recall],
          ['F1', f1],
        ];
  return htmlTable(
    ['figure', 'value'],
    [
      ...known,
      ['expected precision', expectedPrecision],
      ['expected recall', expectedRecall],
      ['matches to be found, by expectation', Math.round(expectedMatches)],
      ['threshold of the probability', threshold],
      ['weak bridges taken out', weakBridges],
      ['uncertain pairs (10 to 90 %)', uncertain],
    ],
  );
}

function thresholdPlot({ thresholds }: LinkSummary): string {
  const line = (value: (row: LinkSummary['thresholds'][number]) => number) =>
    thresholds.map((row): Point => [row.threshold, value(row)]);
  return drawChart({
    title: 'Expected precision and recall',
    description: 'The darker line is precision, the lighter one recall, over the threshold of the probability.',
    x: { title: 'threshold', from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], format: percent },
    y: { title: 'share', from: 0, to: 1, format: percent },
    lines: [
      { points: line((row) => row.expectedPrecision), look: 'main' },
      { points: line((row) => Math.min(1, row.expectedRecall)), look: 'second' },
    ],
  });
}

function thresholdTable({ thresholds }: LinkSummary): string {
  return htmlTable(
    ['threshold', 'links', 'expected precision', 'expected recall', 'expected F1'],
    thresholds.map((row) => [row.threshold, row.links, row.expectedPrecision, row.expectedRecall, row.expectedF1]),
  );
}

function weightsTable({ linkage }: Linked): string {
  const rows = linkage.model.fields.flatMap(({ name, comparison, says, m, u, weights }) =>
    says
      .slice(1)
      .map((say, level): (string | number)[] => [
        name,
        comparison,
        say,
        m[level + 1],
        u[level + 1],
        weights[level + 1],
      ]),
  );
  return `<p>m: how often two records of one thing stand so; u: how often two of different things do; weight: log2 of m / u.</p>${htmlTable(['field', 'comparison', 'level', 'm', 'u', 'weight'], rows)}`;
}

function waterfall({ prior, steps, weight, probability, sentence }: NonNullable<LinkSummary['explanation']>): string {
  let sum = prior;
  const rows: (string | number)[][] = [['before anything is compared', '', '', '', prior, prior]];
  for (const step of steps) {
    sum += step.weight;
    rows.push([step.field, step.left, step.right, step.says, step.weight, sum]);
  }
  rows.push(['in all', '', '', `probability ${percent(probability)}`, weight, weight]);
  return `<p>${asMarkup(sentence)}</p>${htmlTable(['field', 'left', 'right', 'says', 'weight', 'sum'], rows)}`;
}

function uncertainSections({ linkage, nameOf }: Linked): { title: string; html: string }[] {
  const pairs = linkage.uncertain.slice(0, MOST_UNCERTAIN);
  if (pairs.length === 0) return [];
  const html = pairs
    .map(
      ({ left, right }) =>
        `<h3>${asMarkup(`${nameOf(left)} and ${nameOf(right)}`)}</h3>${waterfall({ left: '', right: '', ...linkage.explain(left, right) })}`,
    )
    .join('\n');
  return [{ title: 'Pairs that a person should look at', html }];
}

function rulesTable({ rules, candidates }: LinkSummary): string {
  if (rules === 'all pairs') return `<p>All ${candidates.toLocaleString('en')} pairs were looked at.</p>`;
  return htmlTable(
    ['pairs that agree on', 'pairs', 'matches reached so far, by expectation'],
    rules.map(({ keys, pairs, reached }) => [keys.join(' and '), pairs, reached]),
  );
}
