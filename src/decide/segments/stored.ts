// Segments by rule as they are kept: made, read, listed, changed and archived. A segment's number stands for it in the
// facts; what refers to a segment keeps it from being archived, so that no rule loses its meaning.

import { randomUUID } from 'node:crypto';
import { InklingError } from '../../errors.ts';
import type { State, Store } from '../../store/index.ts';
import { findSignal, runnableRule, unknownSegment } from './compile.ts';
import { ruleOfCriteria } from './criteria.ts';
import { conditionsOf, type Rule, segmentsHeardIn, segmentsIn } from './rule.ts';
import { type NamedSegment, sayRuleNaming } from './words/naming.ts';

export const strategies = ['demographic', 'behavioral', 'engagement', 'predictive', 'hybrid'] as const;
export type Strategy = (typeof strategies)[number];
export const segmentStatuses = ['active', 'paused', 'archived'] as const;
export type SegmentStatus = (typeof segmentStatuses)[number];

export type RuleSegment = {
  id: string;
  /** Stands for the segment in the facts. */
  number: number;
  name: string;
  description: string;
  personaId: string | null;
  strategy: Strategy;
  status: SegmentStatus;
  /** As they were given: a rule or flat criteria. */
  criteria: unknown;
  rule: Rule;
  /** The rule in English, with other segments by their names. */
  sentence: string;
  /** Counted up by every change of the rule. */
  revision: number;
  /** Since when changes of its members are told as events; null = they are not. */
  eventsSince: string | null;
  /** Whether people were ever put in or left out by hand. */
  byHand: boolean;
  /** At the latest count; null = not counted yet. */
  size: number | null;
  countedAt: string | null;
  createdAt: string;
  createdBy: string;
  updatedAt: string;
  updatedBy: string;
};

export type SegmentDraft = {
  name: string;
  description?: string;
  personaId?: string | null;
  /** Absent = told from the conditions. */
  strategy?: Strategy;
  status?: 'active' | 'paused';
  /** Whether changes of its members are told as events from now on; absent = not. */
  emitsEvents?: boolean;
  criteria: unknown;
};

export type SegmentFilter = { personaId?: string; strategy?: Strategy; status?: SegmentStatus };
export type Acting = { workspace: string; by: string; now: Date };

type Row = {
  id: string;
  number: number;
  name: string;
  description: string;
  persona_id: string | null;
  strategy: Strategy;
  status: SegmentStatus;
  criteria: unknown;
  rule: Rule;
  revision: number;
  events_since: Date | null;
  by_hand: boolean;
  size: string | number | null;
  counted_at: Date | null;
  created_at: Date;
  created_by: string;
  updated_at: Date;
  updated_by: string;
};

/** Throws `invalid_input`, or `conflict` where the name is taken. */
export async function createRuleSegment(
  store: Store,
  draft: SegmentDraft,
  { workspace, by, now }: Acting,
): Promise<RuleSegment> {
  const rule = ruleOfCriteria(draft.criteria);
  const id = randomUUID();
  await store.state.transaction(async (tx) => {
    // One at a time, so that no number is given twice and no circle is made by two at once.
    await tx.query('SELECT id FROM workspaces WHERE id = $1 FOR UPDATE', [workspace]);
    await refuseTaken(tx, workspace, draft.name, id);
    const since = draft.emitsEvents ? now : null;
    await refuseUnknown(tx, workspace, { id, rule, emits: since !== null });
    await tx.query(
      `INSERT INTO rule_segments (id, workspace, number, name, description, persona_id, strategy, status, criteria, rule,
         created_at, created_by, updated_at, updated_by, events_since)
       SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10, $11, $10, $11, $12
       FROM rule_segments WHERE workspace = $2`,
      [
        ...[id, workspace, draft.name, draft.description ?? '', draft.personaId ?? null],
        ...[draft.strategy ?? strategyOf(rule), draft.status ?? 'active'],
        ...[JSON.stringify(draft.criteria), JSON.stringify(rule), now, by, since],
      ],
    );
  });
  return readRuleSegment(store, workspace, id);
}

/** Throws `not_found`. */
export async function readRuleSegment({ state }: Store, workspace: string, id: string): Promise<RuleSegment> {
  const [row] = await state.query<Row>('SELECT * FROM rule_segments WHERE workspace = $1 AND id = $2', [workspace, id]);
  if (row === undefined) throw unknownSegment(id, 'id');
  return (await toSegments(state, workspace, [row]))[0];
}

/** Those that a rule may refer to, by their names. */
export function segmentNames({ state }: { state: Tx }, workspace: string): Promise<NamedSegment[]> {
  return state.query<NamedSegment>(
    "SELECT id, name FROM rule_segments WHERE workspace = $1 AND status != 'archived' ORDER BY name",
    [workspace],
  );
}

/** Newest first; archived ones only where they are asked for. */
export async function listRuleSegments(
  { state }: Store,
  workspace: string,
  filter: SegmentFilter = {},
): Promise<RuleSegment[]> {
  const rows = await state.query<Row>(
    `SELECT * FROM rule_segments WHERE workspace = $1 AND ($2::text IS NULL OR persona_id = $2)
       AND ($3::text IS NULL OR strategy = $3) AND (($4::text IS NULL AND status != 'archived') OR status = $4)
     ORDER BY created_at DESC, number DESC`,
    [workspace, filter.personaId ?? null, filter.strategy ?? null, filter.status ?? null],
  );
  return toSegments(state, workspace, rows);
}

/** Changes what is given. Throws `not_found`, `invalid_input` or `conflict`. */
export async function updateRuleSegment(
  store: Store,
  id: string,
  change: Partial<SegmentDraft>,
  { workspace, by, now }: Acting,
): Promise<RuleSegment> {
  await store.state.transaction(async (tx) => {
    await tx.query('SELECT id FROM workspaces WHERE id = $1 FOR UPDATE', [workspace]);
    const [row] = await tx.query<Row>('SELECT * FROM rule_segments WHERE workspace = $1 AND id = $2', [workspace, id]);
    if (row === undefined) throw unknownSegment(id, 'id');
    if (row.status === 'archived') throw archived(id);
    const rule = change.criteria === undefined ? row.rule : ruleOfCriteria(change.criteria);
    if (change.name !== undefined) await refuseTaken(tx, workspace, change.name, id);
    const { emitsEvents = row.events_since !== null } = change;
    const since = emitsEvents ? (row.events_since ?? now) : null;
    if (change.criteria !== undefined || change.emitsEvents) {
      await refuseUnknown(tx, workspace, { id, rule, emits: emitsEvents });
    }
    const isOther = JSON.stringify(rule) !== JSON.stringify(row.rule) || (change.status ?? row.status) !== row.status;
    await tx.query(
      `UPDATE rule_segments SET name = $3, description = $4, persona_id = $5, strategy = $6, status = $7, criteria = $8::jsonb,
         rule = $9::jsonb, revision = revision + $10, updated_at = $11, updated_by = $12, events_since = $13
       WHERE workspace = $1 AND id = $2`,
      [
        ...[workspace, id, change.name ?? row.name, change.description ?? row.description],
        ...[change.personaId === undefined ? row.persona_id : change.personaId],
        ...[change.strategy ?? row.strategy, change.status ?? row.status],
        ...[JSON.stringify(change.criteria ?? row.criteria), JSON.stringify(rule), isOther ? 1 : 0, now, by, since],
      ],
    );
  });
  return readRuleSegment(store, workspace, id);
}

/** Keeps rule and history and lets everybody go. Throws `conflict` while others refer to it. */
export async function archiveRuleSegment(
  store: Store,
  id: string,
  { workspace, by, now }: Acting,
): Promise<RuleSegment> {
  await store.state.transaction(async (tx) => {
    await tx.query('SELECT id FROM workspaces WHERE id = $1 FOR UPDATE', [workspace]);
    const [row] = await tx.query<Row>('SELECT * FROM rule_segments WHERE workspace = $1 AND id = $2', [workspace, id]);
    if (row === undefined) throw unknownSegment(id, 'id');
    const dependents = await dependentsIn(tx, workspace, id);
    if (dependents.length > 0) {
      const names = dependents.map(({ name }) => `"${name}"`).join(', ');
      throw new InklingError('conflict', `The rules of ${names} refer to this segment.`, {
        field: 'id',
        value: id,
        hint: 'Change or archive those first.',
      });
    }
    await tx.query(
      `UPDATE rule_segments SET status = 'archived', revision = revision + 1, size = 0, updated_at = $3, updated_by = $4
       WHERE workspace = $1 AND id = $2`,
      [workspace, id, now, by],
    );
  });
  return readRuleSegment(store, workspace, id);
}

/** Segments whose rules refer to this one. */
export async function dependentsOf(store: Store, workspace: string, id: string): Promise<RuleSegment[]> {
  await readRuleSegment(store, workspace, id);
  return dependentsIn(store.state, workspace, id);
}

/** The rule of each that is not archived, with its lists by hand, by id. */
export function runnableRules(segments: readonly RuleSegment[]): Map<string, Rule> {
  return new Map(segments.map((segment) => [segment.id, runnableRule(segment)]));
}

type Tx = Pick<State, 'query'>;

async function dependentsIn(state: Tx, workspace: string, id: string): Promise<RuleSegment[]> {
  const rows = await state.query<Row>(
    "SELECT * FROM rule_segments WHERE workspace = $1 AND status != 'archived' AND id != $2",
    [workspace, id],
  );
  const found = rows.filter(({ rule }) => {
    const heard = segmentsHeardIn(rule);
    return segmentsIn(rule).includes(id) || (heard !== 'any' && heard.includes(id));
  });
  return toSegments(state, workspace, found);
}

async function refuseTaken(state: Tx, workspace: string, name: string, id: string): Promise<void> {
  const [taken] = await state.query(
    "SELECT 1 FROM rule_segments WHERE workspace = $1 AND name = $2 AND id != $3 AND status != 'archived'",
    [workspace, name, id],
  );
  if (taken) {
    throw new InklingError('conflict', `There is already a segment named "${name}".`, {
      field: 'name',
      value: name,
      hint: 'Choose another name.',
    });
  }
}

/**
 * What a rule refers to has to be there, and no rule may lead back to itself: neither by membership nor by the events that
 * tell of it, so whatever an entry sets off ends with the last rule of a chain.
 */
async function refuseUnknown(
  state: Tx,
  workspace: string,
  { id, rule, emits }: { id: string; rule: Rule; emits: boolean },
): Promise<void> {
  for (const condition of conditionsOf(rule)) {
    if (condition.kind === 'signal') findSignal(condition.signal);
    if (condition.kind === 'score' && condition.model !== undefined) {
      const [known] = await state.query('SELECT 1 FROM models WHERE workspace = $1 AND id = $2', [
        workspace,
        condition.model,
      ]);
      if (!known) {
        throw new InklingError('not_found', `There is no model "${condition.model}" in this workspace.`, {
          field: 'criteria.model',
          value: condition.model,
          hint: 'GET /api/v1/intent/models lists them.',
        });
      }
    }
  }
  const rows = await state.query<Row>("SELECT * FROM rule_segments WHERE workspace = $1 AND status != 'archived'", [
    workspace,
  ]);
  const ruleOf = new Map(rows.map((row) => [row.id, row.rule]));
  ruleOf.set(id, rule);
  const emitting = new Set(rows.filter((row) => row.events_since !== null).map((row) => row.id));
  if (emits) emitting.add(id);
  else emitting.delete(id);
  const namedBy = (from: string): string[] => {
    const own = ruleOf.get(from)!;
    // A list kept by hand may be that of the segment itself.
    const isOwnList = (next: string) =>
      next === from && !conditionsOf(own).some((one) => one.kind === 'segment' && one.segment === next);
    return segmentsIn(own).filter((next) => !isOwnList(next));
  };
  const heardBy = (from: string): string[] => {
    const heard = segmentsHeardIn(ruleOf.get(from)!);
    return [...emitting].filter((one) => heard === 'any' || heard.includes(one));
  };
  const follow = (from: string, through: readonly string[]): void => {
    const named = namedBy(from);
    for (const next of new Set([...named, ...heardBy(from)])) {
      if (next !== id && !ruleOf.has(next)) throw unknownSegment(next, 'criteria.segment');
      if (through.includes(next)) {
        const names = [...through, next].map((one) => rows.find((row) => row.id === one)?.name ?? 'this one');
        throw new InklingError('invalid_input', `The rule leads back to itself: ${names.join(' → ')}.`, {
          field: named.includes(next) ? 'criteria.segment' : 'emits_events',
          value: next,
          hint: named.includes(next)
            ? 'Let one of them not refer to the other.'
            : 'Name by properties.segment_id whose entering is meant, or let one of them tell no events.',
        });
      }
      follow(next, [...through, next]);
    }
  };
  follow(id, [id]);
}

/** Traits and profiles are demographic, events behavioural, how often and lately engagement, scores predictive. */
function strategyOf(rule: Rule): Strategy {
  const kinds = new Set(
    conditionsOf(rule).map((condition): Strategy => {
      if (condition.kind === 'trait' || condition.kind === 'profile') return 'demographic';
      if (condition.kind === 'score') return 'predictive';
      if (condition.kind === 'event') return condition.event === undefined ? 'engagement' : 'behavioral';
      return condition.kind === 'sequence' || condition.kind === 'funnel' || condition.kind === 'signal'
        ? 'behavioral'
        : 'hybrid';
    }),
  );
  return kinds.size === 1 ? [...kinds][0] : 'hybrid';
}

function archived(id: string): InklingError {
  return new InklingError('conflict', 'The segment is archived.', {
    field: 'id',
    value: id,
    hint: 'Make a new one of its criteria.',
  });
}

/** Names are read only where a rule refers to a segment. */
async function toSegments(state: Tx, workspace: string, rows: readonly Row[]): Promise<RuleSegment[]> {
  const refer = rows.some(({ rule }) => segmentsIn(rule).length > 0);
  const names = refer ? await segmentNames({ state }, workspace) : [];
  return rows.map((row) => toSegment(row, names));
}

function toSegment(row: Row, names: readonly NamedSegment[]): RuleSegment {
  const { id, number, name, description, strategy, status, criteria, rule, revision } = row;
  return {
    ...{ id, number, name, description, personaId: row.persona_id, strategy, status, criteria, rule, revision },
    sentence: sayRuleNaming(rule, names),
    eventsSince: row.events_since && new Date(row.events_since).toISOString(),
    byHand: row.by_hand,
    size: row.size === null ? null : Number(row.size),
    countedAt: row.counted_at && new Date(row.counted_at).toISOString(),
    createdAt: new Date(row.created_at).toISOString(),
    createdBy: row.created_by,
    updatedAt: new Date(row.updated_at).toISOString(),
    updatedBy: row.updated_by,
  };
}
