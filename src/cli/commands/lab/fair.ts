// `inkling lab fit --fair`: the same fit under a fairness constraint, with the gap between groups and its price, before and
// after.

import { type Command, Option } from 'commander';
import { InklingError } from '../../../errors.ts';
import {
  type FairSummary,
  fitFair,
  type Judging,
  type Table,
  writeModel,
  writePredictions,
} from '../../../lab/index.ts';
import { type FairnessConstraint, fairnessConstraints } from '../../../learn/index.ts';
import { share } from '../../arguments.ts';
import { answer } from '../../place.ts';
import type { Progress } from '../../progress.ts';
import { table } from '../../table.ts';
import { figure, indent } from './describe.ts';
import type { ColumnOptions } from './reading.ts';

export type FairOptions = {
  fair?: FairnessConstraint;
  group?: string;
  slack?: number;
  fairMethod?: 'reductions' | 'reweighing';
};

export function withFairOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--fair <constraint>', 'train so that groups fare alike, and show what it costs').choices(
        fairnessConstraints,
      ),
    )
    .option('--group <column>', 'with --fair: the column whose values are the groups; it is no feature then')
    .option('--slack <share>', 'with --fair: how far a group may be from all, 0.01 if absent', share)
    .addOption(
      new Option('--fair-method <name>', 'with --fair: several weighted fits, or one')
        .choices(['reductions', 'reweighing'])
        .default('reductions'),
    );
}

type Options = FairOptions &
  ColumnOptions & {
    learner: string;
    set?: string[];
    seed: number;
    earlyStopping?: number;
    model?: string;
    predictions?: string;
    report?: string;
    json?: boolean;
  };

export async function runFairFit(
  options: Options,
  { train, judging }: { train: Table; judging: Judging },
  progress: Progress,
): Promise<void> {
  const { fair, group, model, predictions } = options;
  checkOptions(options);
  const fitting = progress.stage('fit');
  const { summary, scored, saved } = fitFair({
    ...options,
    train,
    judging,
    constraint: fair as FairnessConstraint,
    group: group as string,
    method: options.fairMethod,
    finalModel: model ? 'fit' : 'skip',
    onProgress: (at, total) => fitting.update(at, total),
  });
  fitting.end();
  progress.close();
  if (model && saved) writeModel(model, saved);
  if (predictions) await writePredictions(predictions, scored);
  answer(options, { ...summary, model, predictions }, () => describeFairFit(summary, options));
}

function checkOptions({ fair, group, report, earlyStopping }: Options): void {
  const refuse = (field: string, message: string, hint: string) => {
    throw new InklingError('invalid_input', message, { field, hint });
  };
  if (fair === undefined)
    refuse('--fair', '--group is for a constraint.', `Name it: --fair ${fairnessConstraints.join(' or ')}.`);
  if (group === undefined) refuse('--group', '--fair compares groups.', 'Name their column with --group.');
  if (report !== undefined)
    refuse('--report', 'There is no report of a fit under a constraint.', 'Leave out --report.');
  if (earlyStopping !== undefined) {
    refuse('--early-stopping', 'Rows held back are not known to a fit under a constraint.', 'Set the number of trees.');
  }
}

function describeFairFit(summary: FairSummary, files: { model?: string; predictions?: string }): string {
  const { before, after, group, notes, constraint, dropped } = summary;
  const rows = (['gap', 'rocAuc', 'logLoss', 'accuracy'] as const).map((name) => [
    {
      gap: `gap (${constraint})`,
      rocAuc: 'ROC AUC',
      logLoss: 'log loss',
      accuracy: `accuracy at ${summary.threshold}`,
    }[name],
    figure(before[name]),
    figure(after[name]),
  ]);
  const groups = before.groups.map((rates, k) => [
    `${group.column} = ${group.values[rates.group]}`,
    rates.rows,
    ...[rates, after.groups[k]].flatMap((one) => [
      figure(one.positiveRate),
      figure(one.truePositiveRate),
      figure(one.falsePositiveRate),
    ]),
  ]);
  return [
    '',
    `  ${summary.file}: ${summary.rows.toLocaleString('en')} rows, ${summary.features} features.`,
    ...notes.map((note) => `  ${note}`),
    ...(dropped.length > 0
      ? [`  Left out: ${dropped.map(({ column, reason }) => `${column} (${reason})`).join(', ')}.`]
      : []),
    '',
    `  ${summary.learner} by ${summary.method}, judged on ${summary.testRows.toLocaleString('en')} rows (${summary.judgedBy}):`,
    '',
    indent(table(['', 'free', 'constrained'], rows)),
    '',
    indent(table(['', 'rows', 'positive', 'TPR', 'FPR', '→ positive', 'TPR', 'FPR'], groups)),
    '',
    `  A row is called positive from a probability of ${summary.threshold}; a gap is the largest difference between two groups.`,
    ...(files.model ? [`  Model (constrained): ${files.model}`] : []),
    ...(files.predictions ? [`  Predictions (constrained): ${files.predictions}`] : []),
    '',
  ].join('\n');
}
