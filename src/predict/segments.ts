// Segments by score [INT-1]: three ready ones for the workspace and for each of its product categories — nobody has to
// create them, they follow from the scores — and ranges of one's own, which are saved. A person belongs to the category
// they lean to most.

import { randomUUID } from 'node:crypto';
import { InklingError } from '../errors.ts';
import { countAllEvents, inPart } from '../identify/index.ts';
import type { Store } from '../store/index.ts';
import { type Interval, rateOfRange } from './evaluate.ts';
import { getModel, type ModelRecord, usableModel } from './registry.ts';
import { LEVELS, type Level, levelRange } from './score.ts';
import { countByScore, countMatching, type ScoreFilter, type SegmentCount } from './scores.ts';

export type IntentSegment = {
  id: string;
  name: string;
  modelId: string;
  /** A ready segment has its level; one with a range of one's own has null. */
  level: Level | null;
  productCategory: string | null;
  minScore: number;
  maxScore: number;
  minConfidence: number | null;
  size: number | null;
  share: number | null;
  /** Sum of the probabilities. */
  expectedConversions: number | null;
  /** Share that converted among people with such scores in the test, whatever their category. */
  actualConversionRate: number | null;
  actualInterval: Interval | null;
  asOf: string | null;
  createdAt: string;
};

export type SegmentRequest = {
  workspace: string;
  name: string;
  minScore?: number;
  maxScore?: number;
  minConfidence?: number;
  productCategory?: string;
  modelId?: string;
  now: Date;
};

type Criteria = { minScore: number; maxScore: number; minConfidence?: number; category?: string };
type SegmentRow = { id: string; name: string; model_id: string | null; criteria: Criteria; created_at: Date };

const MOST_CATEGORIES = 200;
const EVENTS_LOOKED_AT = 2_000_000;
const READY = 'ready';
const levelNames: Record<Level, string> = { HIGH: 'High intent', MEDIUM: 'Medium intent', LOW: 'Low intent' };

/** The ready segments of the active model, then saved ones, newest first. */
export async function listSegments(store: Store, workspace: string): Promise<IntentSegment[]> {
  const active = await usableModel(store, workspace);
  const rows = await store.state.query<SegmentRow>(
    'SELECT id, name, model_id, criteria, created_at FROM segments WHERE workspace = $1 ORDER BY created_at DESC, id',
    [workspace],
  );
  const counts = new Map<string, Awaited<ReturnType<typeof countByScore>>>();
  const countsOf = async (model: ModelRecord) => {
    if (!counts.has(model.id)) counts.set(model.id, await countByScore(store, model));
    return counts.get(model.id);
  };
  const scored = await countsOf(active);
  const categories = [undefined, ...(await findCategories(store, workspace, scored?.counts ?? []))];
  const ready = categories.flatMap((category) =>
    LEVELS.map((level) => describe(readyRow(level, category), active, scored)),
  );
  const saved: IntentSegment[] = [];
  for (const row of rows) {
    const model = row.model_id === null ? active : await getModel(store, workspace, row.model_id);
    const custom = row.criteria.minConfidence !== undefined;
    const described = describe(row, model, await countsOf(model));
    saved.push(custom ? { ...described, ...(await countConfident(store, model, row.criteria)) } : described);
  }
  return [...ready, ...saved];
}

/** One segment, ready or saved, and the model behind it. */
export async function findSegment(
  store: Store,
  workspace: string,
  id: string,
): Promise<{ name: string; model: ModelRecord; filter: ScoreFilter }> {
  const [kind, level, encoded] = id.split(':');
  if (kind === READY && LEVELS.includes(level as Level)) {
    const category = encoded === undefined ? undefined : Buffer.from(encoded, 'base64url').toString('utf8');
    const row = readyRow(level as Level, category);
    return { name: row.name, model: await usableModel(store, workspace), filter: row.criteria };
  }
  const [row] = await store.state.query<SegmentRow>(
    'SELECT id, name, model_id, criteria, created_at FROM segments WHERE workspace = $1 AND id = $2',
    [workspace, id],
  );
  if (row === undefined) throw unknownSegment(id);
  return {
    name: row.name,
    model: await usableModel(store, workspace, row.model_id ?? undefined),
    filter: row.criteria,
  };
}

/** Saves a range of scores as a segment; it follows the scores from then on. */
export async function createSegment(store: Store, request: SegmentRequest): Promise<IntentSegment> {
  const { workspace, name, minScore = 0, maxScore = 100, minConfidence, productCategory, modelId, now } = request;
  if (minScore > maxScore) {
    throw new InklingError('invalid_input', `The lowest score ${minScore} is above the highest, ${maxScore}.`, {
      field: 'minScore',
      value: minScore,
      hint: 'Give a range such as 60 to 85.',
    });
  }
  const model = await usableModel(store, workspace, modelId);
  const criteria: Criteria = { minScore, maxScore, minConfidence, category: productCategory };
  const [taken] = await store.state.query('SELECT 1 FROM segments WHERE workspace = $1 AND name = $2', [
    workspace,
    name,
  ]);
  if (taken) {
    throw new InklingError('conflict', `There is already a segment named "${name}".`, {
      field: 'name',
      value: name,
      hint: 'Choose another name.',
    });
  }
  const row: SegmentRow = { id: randomUUID(), name, model_id: modelId ?? null, criteria, created_at: now };
  await store.state.query(
    `INSERT INTO segments (id, workspace, name, model_id, criteria, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5::jsonb, $6, $6)`,
    [row.id, workspace, name, row.model_id, JSON.stringify(criteria), now],
  );
  const described = describe(row, model, await countByScore(store, model));
  return minConfidence === undefined ? described : { ...described, ...(await countConfident(store, model, criteria)) };
}

export async function deleteSegment(store: Store, workspace: string, id: string): Promise<void> {
  const [row] = await store.state.query('DELETE FROM segments WHERE workspace = $1 AND id = $2 RETURNING id', [
    workspace,
    id,
  ]);
  if (row === undefined) throw unknownSegment(id);
}

function readyRow(level: Level, category: string | undefined): SegmentRow & { criteria: Criteria } {
  const [minScore, maxScore] = levelRange(level);
  const suffix = category === undefined ? '' : `:${Buffer.from(category, 'utf8').toString('base64url')}`;
  return {
    id: `${READY}:${level}${suffix}`,
    name: category === undefined ? levelNames[level] : `${levelNames[level]}: ${category}`,
    model_id: null,
    criteria: { minScore, maxScore, category },
    created_at: new Date(0),
  };
}

function describe(
  { id, name, criteria, created_at }: SegmentRow,
  model: ModelRecord,
  scored: { asOf: Date; counts: SegmentCount[] } | undefined,
): IntentSegment {
  const { minScore, maxScore, category } = criteria;
  const ready = id.startsWith(`${READY}:`);
  let size = 0;
  let expected = 0;
  let everyone = 0;
  for (const count of scored?.counts ?? []) {
    everyone += count.people;
    if (count.score < minScore || count.score > maxScore) continue;
    if (category !== undefined && count.category !== category) continue;
    size += count.people;
    expected += count.expected;
  }
  const tested = model.performance && rateOfRange(model.performance.scores, minScore, maxScore);
  return {
    id,
    name,
    modelId: model.id,
    level: ready ? (id.split(':')[1] as Level) : null,
    productCategory: category ?? null,
    minScore,
    maxScore,
    minConfidence: criteria.minConfidence ?? null,
    size: scored ? size : null,
    share: scored && everyone > 0 ? size / everyone : null,
    expectedConversions: scored ? expected : null,
    actualConversionRate: tested?.actualConversionRate ?? null,
    actualInterval: tested?.interval ?? null,
    asOf: scored?.asOf.toISOString() ?? null,
    createdAt: ready ? model.createdAt : new Date(created_at).toISOString(),
  };
}

async function countConfident(store: Store, model: ModelRecord, criteria: Criteria) {
  const { size, everyone, expected } = await countMatching(store, model, criteria);
  return { size, share: everyone > 0 ? size / everyone : null, expectedConversions: expected };
}

/** The categories of the products people acted on, the most frequent first. */
/**
 * The categories that are seen most, then those that anybody leans to. Of very many events only those of some people are
 * looked at; ids are hashes, so a stretch of them is a fair draw.
 */
async function findCategories(
  store: Store,
  workspace: string,
  scored: readonly Pick<SegmentCount, 'category'>[],
): Promise<string[]> {
  const events = await countAllEvents(store, workspace);
  const some = { index: 0, of: Math.max(1, Math.floor(events / EVENTS_LOOKED_AT)) };
  const rows = await store.facts.rows<{ category: string }>(
    `SELECT arrayJoin(categories) AS category, count() AS n FROM events
     WHERE workspace = {workspace:String} AND ${inPart('node', some)} AND category != ''
     GROUP BY category ORDER BY n DESC, category LIMIT {limit:UInt32}`,
    { workspace, limit: MOST_CATEGORIES },
  );
  const seen = rows.map(({ category }) => String(category));
  const leaning = scored.map(({ category }) => category).filter((category) => category !== '');
  return [...new Set([...seen, ...leaning])].slice(0, MOST_CATEGORIES);
}

function unknownSegment(id: string): InklingError {
  return new InklingError('not_found', `There is no segment "${id}" in this workspace.`, {
    field: 'id',
    value: id,
    hint: 'GET /api/v1/intent/segments lists them.',
  });
}
