// Fits a learner on a table freely and under a fairness constraint, and judges both on rows that neither learned from:
// what the constraint does to the gap between groups, and what it costs. The column of the group is no feature.
import { InklingError } from '../errors.ts';
import {
  type FairnessConstraint,
  type FairnessFigures,
  fitFairly,
  judgeFairness,
  type Learner,
  learners,
} from '../learn/index.ts';
import { openArm } from './arm.ts';
import {
  columnAside,
  describeJudging,
  type ExperimentRequest,
  type ExperimentSummary,
  encodeLabelled,
  type Prepared,
  type PrepareOptions,
  prepare,
  type Scored,
  splitsOf,
} from './experiment.ts';
import { THRESHOLD } from './figures.ts';
import { type Label, spellingOf } from './label.ts';
import type { SavedModel } from './modelFile.ts';
import { pickRows, type Rows } from './rows.ts';
import { columnNamed, type Table } from './table/table.ts';

export type FairRequest = PrepareOptions &
  ExperimentRequest & {
    constraint: FairnessConstraint;
    /** Column whose values are the groups. */
    group: string;
    slack?: number;
    method?: 'reductions' | 'reweighing';
  };

/** What it comes to, as `--json` prints it; figures over all judged rows together. */
export type FairSummary = ExperimentSummary & {
  label: Label;
  constraint: FairnessConstraint;
  method: 'reductions' | 'reweighing';
  threshold: number;
  /** The column and its values; `groups` in the figures are places among them. */
  group: { column: string; values: readonly string[] };
  before: FairnessFigures;
  after: FairnessFigures;
};

export type FairFit = { summary: FairSummary; scored: Scored; saved: SavedModel | undefined };

/** Beyond so many values a column is no column of groups. */
const MOST_GROUPS = 20;

export function fitFair(request: FairRequest): FairFit {
  const { train, judging, seed, group, constraint, method = 'reductions', slack, drop = [] } = request;
  const { learner, settings } = learnerOf(request);
  const prepared = prepare(train, { ...request, drop: [...drop, group], aside: columnAside(judging) });
  if (prepared.label.kind !== 'outcome') {
    refuse('--label', `The label ${JSON.stringify(prepared.label.column)} holds amounts.`, 'Choose one of two values.');
  }
  const values: string[] = [];
  const { rows, places } = prepared;
  const all: Grouped = { ...rows, places, groups: groupsOf(train, group, places, values) };
  const fit = ({ x, y, groups }: Grouped) => fitFairly(learner, x, y, groups, { constraint, method, slack, settings });
  const pairs = pairsOf(request, prepared, all, values);
  const trials = pairs.map(({ learned, judged }, k) => {
    const { model, free } = fit(learned);
    request.onProgress?.(k + 1, pairs.length);
    return { model, judged, before: free.predict(judged.x), after: model.predict(judged.x) };
  });
  const pooled = poolTrials(trials);
  const model = judging.by === 'folds' ? request.finalModel === 'fit' && fit(all).model : trials[0].model;
  const figuresOf = (p: Float64Array) => judgeFairness(pooled.y, p, pooled.groups, constraint, THRESHOLD);
  const training = { file: train.file, rows: rows.y.length, learner: learner.name, settings, seed };
  return {
    summary: {
      file: train.file,
      rows: rows.y.length,
      features: prepared.features.length,
      label: prepared.label,
      learner: learner.name,
      settings,
      judgedBy: describeJudging(judging),
      testRows: pooled.y.length,
      constraint,
      method,
      threshold: THRESHOLD,
      group: { column: group, values },
      before: figuresOf(pooled.before),
      after: figuresOf(pooled.after),
      dropped: prepared.dropped.map((one) =>
        one.column === group ? { ...one, reason: 'its values are the groups' } : one,
      ),
      notes: prepared.notes,
    },
    scored: { places: pooled.places, y: pooled.y, p: pooled.after },
    saved: model ? { label: prepared.label, features: [...prepared.features], training, model } : undefined,
  };
}

function learnerOf({ learner: name, set, seed }: FairRequest): { learner: Learner; settings: Record<string, unknown> } {
  const learner = learners.find((one) => one.name === name);
  if (learner === undefined) {
    const known = learners.map((one) => one.name).join(', ');
    return refuse('--learner', `${name} can't be trained under a constraint.`, `Name one learner: ${known}.`);
  }
  return { learner, settings: openArm({ learner: name, set, seed, kind: 'outcome' }).settings };
}

type Grouped = Rows & { groups: Int32Array; places: Int32Array };

/** Rows to learn from with those that judge, one pair per split. */
function pairsOf({ train, judging, seed, group }: FairRequest, prepared: Prepared, all: Grouped, values: string[]) {
  if (judging.by === 'test') {
    const { rows, places } = encodeLabelled(judging.table, prepared.label, prepared.features, prepared.notes);
    return [{ learned: all, judged: { ...rows, places, groups: groupsOf(judging.table, group, places, values) } }];
  }
  const pick = (rows: Int32Array): Grouped => ({
    ...pickRows(all, rows),
    groups: Int32Array.from(rows, (r) => all.groups[r]),
    places: Int32Array.from(rows, (r) => all.places[r]),
  });
  return splitsOf(train, prepared, judging, seed).map((split) => ({
    learned: pick(split.train),
    judged: pick(split.test),
  }));
}

type FairTrial = { judged: Grouped; before: Float64Array; after: Float64Array };

/** The judged rows of all trials in one list. */
function poolTrials(trials: readonly FairTrial[]) {
  return {
    y: Float32Array.from(trials.flatMap(({ judged }) => [...judged.y])),
    groups: Int32Array.from(trials.flatMap(({ judged }) => [...judged.groups])),
    places: Int32Array.from(trials.flatMap(({ judged }) => [...judged.places])),
    before: Float64Array.from(trials.flatMap(({ before }) => [...before])),
    after: Float64Array.from(trials.flatMap(({ after }) => [...after])),
  };
}

/** The place of each row's group among `values`, which grows by those not met before; an empty cell is a group too. */
function groupsOf(table: Table, name: string, places: Int32Array, values: string[]): Int32Array {
  const column = columnNamed(table, name, '--group');
  const spelled = spellingOf(column);
  const place = new Map(values.map((value, k) => [value, k]));
  const groups = Int32Array.from(places, (r) => {
    const value = Number.isNaN(column.values[r]) ? 'unknown' : spelled(column.values[r]);
    if (!place.has(value) && place.size <= MOST_GROUPS) place.set(value, values.push(value) - 1);
    return place.get(value) ?? -1;
  });
  if (values.length <= MOST_GROUPS) return groups;
  return refuse(
    '--group',
    `The column ${JSON.stringify(name)} has more than ${MOST_GROUPS} values.`,
    'Name a column of few groups.',
  );
}

function refuse(field: string, message: string, hint: string): never {
  throw new InklingError('invalid_input', message, { field, hint });
}
