// Writes the parts of docs/reference that are drawn from the code: codes of errors, signals, connectors, learners,
// commands, the dials of the simulated shop, OpenAPI. `--check` fails when a file is out of date instead.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { addCommands } from '../src/cli/commands/index.ts';
import {
  catalogue,
  connectors,
  describeSettings,
  particularKeys,
  personalKeys,
  placeholderIds,
  webhooks,
} from '../src/collect/index.ts';
import { CriteriaSchema, conditionKinds, eventFields, ruleJsonSchema, valueOps } from '../src/decide/index.ts';
import { environment } from '../src/environment.ts';
import { errorCodes } from '../src/errors.ts';
import { signals } from '../src/features/index.ts';
import { learners, upliftLearners } from '../src/learn/index.ts';
import { describeApi } from '../src/server/index.ts';
import { shopSettingsSchema } from '../src/simulate/index.ts';

const folder = fileURLToPath(new URL('../docs/reference/', import.meta.url));
const check = process.argv.includes('--check');

const pages: Record<string, () => string | Promise<string>> = {
  'errors.md': () =>
    page('Codes of errors', 'Every failure names one of these codes; over HTTP as a problem document (RFC 9457).', [
      row('code', 'HTTP status', 'what it means'),
      rule(3),
      ...Object.entries(errorCodes).map(([code, { status, meaning }]) => row(`\`${code}\``, String(status), meaning)),
    ]),
  'environment.md': () =>
    page('Environment', 'The environment variables that the service and the command line read.', [
      row('variable', 'what it is', 'where it is not set'),
      rule(3),
      ...Object.entries(environment).map(([name, { meaning, usual, secret }]) =>
        row(`\`${name}\``, secret ? `${meaning} Keep it secret.` : meaning, usual),
      ),
    ]),
  'events.md': () =>
    page('Events', 'Canonical events and the names that mean them. Any other event is kept under its own name.', [
      row('event', 'category', 'what happened', 'also sent as', "properties in Segment's spec"),
      rule(5),
      ...catalogue.map((e) =>
        row(`\`${e.event}\``, e.category, e.sentence, e.aliases.join(', '), e.properties.join(', ')),
      ),
    ]),
  'personal-data.md': () =>
    page('Personal data', 'Keys that are never kept, compared without case and punctuation.', [
      'In properties, traits and context, at any depth; `name` in traits, and an `address` that is a text, as well.',
      '',
      personalKeys.map((key) => `\`${key}\``).join(', '),
      '',
      'In traits and `context.traits`, also within an address, these leave forms under a key for linkage, unless the workspace keeps none (`linkage: none`):',
      '',
      particularKeys.map((key) => `\`${key}\``).join(', '),
      '',
      'Ids that stand for nobody and are left out, compared without case and blanks around them, as well as zeros and dashes of any length:',
      '',
      placeholderIds.map((id) => `\`${id}\``).join(', '),
    ]),
  'signals.md': () =>
    page('Signals', `${signals.length} signals; each is one definition that serves training and live scoring alike.`, [
      row('signal', 'what it says', 'group', 'category', 'source', 'window', 'unit'),
      rule(7),
      ...signals.map((s) =>
        row(
          `\`${s.name}\``,
          s.sentence,
          s.group,
          s.category,
          s.source,
          s.windowDays === null ? 'all' : `${s.windowDays} d`,
          s.unit,
        ),
      ),
    ]),
  'connectors.md': () =>
    page('Connectors', 'Formats that `inkling import` reads; each plain or gzipped where that makes sense.', [
      row('format', 'what it is'),
      rule(2),
      ...connectors.map((c) => row(`\`${c.name}\``, c.sentence)),
      '',
      'Their settings, as `inkling import FILE --set name=value` takes them:',
      '',
      row('format', 'setting', 'default', 'what it is'),
      rule(4),
      ...connectors.flatMap(settingRows),
      '',
      'Platforms that may call by themselves, at `/v1/webhook/NAME?writeKey=wk_…`:',
      '',
      row('source', 'what it is', 'what to do there'),
      rule(3),
      ...webhooks.map((w) => row(`\`${w.name}\``, w.sentence, w.setUp.replace('{address}', 'of the source'))),
      '',
      'Their settings, as the Live page and `PATCH /api/v1/sources/NAME` take them:',
      '',
      row('source', 'setting', 'default', 'what it is'),
      rule(4),
      ...webhooks.flatMap(settingRows),
    ]),
  'learners.md': () =>
    page('Learners', 'What a model can be made of.', [
      row('learner', 'what it is'),
      rule(2),
      ...learners.map((l) => row(`\`${l.name}\``, l.sentence)),
      '',
      'What learns from an experiment whom a treatment moves (`inkling lab uplift`):',
      '',
      row('uplift learner', 'what it is', 'settings'),
      rule(3),
      ...upliftLearners.map((l) =>
        row(
          `\`${l.name}\``,
          l.sentence,
          Object.keys(Object(l.settings).properties)
            .map((name) => `\`${name}\``)
            .join(', '),
        ),
      ),
    ]),
  'simulated-shop.md': () =>
    page('The simulated shop', 'The dials of `openShop`, with their defaults.', [
      row('dial', 'default', 'what it is'),
      rule(3),
      ...Object.entries(
        shopSettingsSchema.properties as Record<string, { default?: unknown; description?: string }>,
      ).map(([name, dial]) => row(`\`${name}\``, `\`${JSON.stringify(dial.default)}\``, dial.description ?? '')),
    ]),
  'segments.md': () =>
    page(
      'Rules of segments',
      'What the language of segments asks, as JSON; `segment-rule.schema.json` is its schema.',
      [
        'A rule is `{"all": […]}`, `{"any": […]}`, `{"not": …}` or one of these conditions:',
        '',
        row('condition', 'what it asks', 'fields'),
        rule(3),
        ...[
          ...conditionKinds,
          { kind: 'segment', sentence: 'Is in another segment.', schema: { properties: { segment: {} } } },
        ].map(({ kind, sentence, schema }) =>
          row(
            `\`${kind}\``,
            sentence,
            Object.keys(schema.properties)
              .filter((name) => name !== 'kind')
              .map((name) => `\`${name}\``)
              .join(', '),
          ),
        ),
        '',
        `Values are compared by \`op\`: ${valueOps.map((op) => `\`${op}\``).join(', ')}.`,
        '',
        `Of an event: ${eventFields.map((field) => `\`${field}\``).join(', ')}.`,
        '',
        'The flat criteria of older callers, each a rule of the same language:',
        '',
        row('criterion', 'what it means'),
        rule(2),
        ...Object.entries(CriteriaSchema.properties as Record<string, { description?: string }>).map(([name, schema]) =>
          row(`\`${name}\``, schema.description ?? ''),
        ),
      ],
    ),
  'segment-rule.schema.json': () => `${JSON.stringify(ruleJsonSchema(), null, 2)}\n`,
  'cli.md': async () => page('Commands', 'As `npm run -s inkling -- <command>`.', await describeCommands()),
  'openapi.json': async () => `${JSON.stringify(await describeApi(), null, 2)}\n`,
};

const stale: string[] = [];
mkdirSync(folder, { recursive: true });
for (const [name, draw] of Object.entries(pages)) {
  const text = await draw();
  const file = `${folder}${name}`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(name);
  if (!check) writeFileSync(file, text);
}
if (check && stale.length > 0) {
  console.error(`docs/reference is out of date: ${stale.join(', ')}. Run npm run docs.`);
  process.exit(1);
}
console.log(stale.length > 0 ? `wrote ${stale.join(', ')}` : 'docs/reference is up to date');

function page(title: string, lead: string, lines: readonly string[]): string {
  return `# ${title}\n\n<!-- Generated by scripts/docs.ts; change the code instead. -->\n\n${lead}\n\n${lines.join('\n')}\n`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function settingRows(settable: Parameters<typeof describeSettings>[0]): string[] {
  return describeSettings(settable).map((s) =>
    row(
      `\`${settable.name}\``,
      `\`${s.name}\``,
      s.default === undefined ? '' : `\`${JSON.stringify(s.default)}\``,
      s.choices.length > 0 ? `${s.description} One of ${s.choices.join(', ')}.` : s.description,
    ),
  );
}

function rule(columns: number): string {
  return `|${' --- |'.repeat(columns)}`;
}

async function describeCommands(): Promise<string[]> {
  const program = new Command('inkling');
  await addCommands(program);
  const leaves = (command: Command): Command[] =>
    command.commands.length > 0 ? command.commands.flatMap((sub) => leaves(sub as Command)) : [command];
  return leaves(program).flatMap((command) => [
    `## ${pathOf(command)}`,
    '',
    `${command.description()}.`,
    '',
    row('option', 'default', 'what it does'),
    rule(3),
    ...command.options.map((option) =>
      row(
        `\`${option.flags}\``,
        option.defaultValue === undefined ? '' : `\`${option.defaultValue}\``,
        option.description,
      ),
    ),
    '',
  ]);
}

function pathOf(command: Command): string {
  const parent = command.parent;
  const args = command.registeredArguments
    .map((argument) => (argument.required ? ` <${argument.name()}>` : ` [${argument.name()}]`))
    .join('');
  return `${parent?.parent ? `${pathOf(parent)} ` : ''}${command.name()}${args}`;
}
