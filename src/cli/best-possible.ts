// How well could anybody predict this shop? The simulator knows each shopper's hidden state, so the true probability
// of an order is the best possible score: its AUC over the very people and outcomes that the model was tested on is
// the ceiling that the report shows beside the model's own.

import { readMatrix } from '../features/index.ts';
import { identityMapSql } from '../identify/index.ts';
import { rocAuc } from '../learn/index.ts';
import type { ModelRecord } from '../predict/index.ts';
import type { Shop } from '../simulate/index.ts';
import type { Store } from '../store/index.ts';

const ANCHORS_PER_QUERY = 20_000;

/** null where the model was not tested on moments of the shop's history. */
export async function bestPossibleAuc(
  store: Store,
  shop: Shop,
  workspace: string,
  model: ModelRecord,
): Promise<number | null> {
  const moments = (model.performance?.holdout.asOf ?? []).map((text) => new Date(text));
  if (moments.length === 0 || !model.lineage) return null;
  const outcomes: number[] = [];
  const truths: number[] = [];
  for (const asOf of moments) {
    const truth = await truthByProfile(store, shop, workspace, asOf, model.timeframeDays);
    const label = { event: model.conversionEvent, timeframeDays: model.timeframeDays };
    const known = await readMatrix(store, { workspace, signalSet: model.lineage.signalSet, asOf: [asOf], label });
    known.profiles.forEach((profile, row) => {
      outcomes.push(known.y?.[row] ?? 0);
      truths.push(truth.get(profile) ?? 0);
    });
  }
  const auc = rocAuc(Float32Array.from(outcomes), Float64Array.from(truths));
  return Number.isNaN(auc) ? null : auc;
}

/** P(an order within the timeframe) of everyone behind a profile as it was known at the moment. */
async function truthByProfile(
  store: Store,
  shop: Shop,
  workspace: string,
  asOf: Date,
  timeframeDays: number,
): Promise<Map<bigint, number>> {
  const byProfile = new Map<bigint, number>();
  let anchors: string[] = [];
  let probabilities = new Map<string, number>();
  const flush = async () => {
    const shoppersOf = new Map<bigint, Set<number>>();
    for (const [anchor, profile] of await profilesOf(store, workspace, asOf, anchors)) {
      const seen = shoppersOf.get(profile) ?? new Set();
      seen.add(probabilities.get(anchor) ?? 0);
      shoppersOf.set(profile, seen);
    }
    for (const [profile, chances] of shoppersOf) {
      const nobody = [...chances].reduce((product, p) => product * (1 - p), 1 - (byProfile.get(profile) ?? 0));
      byProfile.set(profile, 1 - nobody);
    }
    anchors = [];
    probabilities = new Map();
  };
  for (const truth of shop.truthAt(asOf, timeframeDays)) {
    for (const anchor of truth.anchors) {
      anchors.push(anchor);
      probabilities.set(anchor, truth.probability);
    }
    if (anchors.length >= ANCHORS_PER_QUERY) await flush();
  }
  await flush();
  return byProfile;
}

async function profilesOf(
  { facts }: Store,
  workspace: string,
  asOf: Date,
  anchors: readonly string[],
): Promise<Map<string, bigint>> {
  if (anchors.length === 0) return new Map();
  const rows = await facts.rows<{ anchor: string; profile: string }>(
    `SELECT a.anchor AS anchor, if(m.profile = 0, a.node, m.profile) AS profile
     FROM (SELECT arrayJoin({anchors:Array(String)}) AS anchor, cityHash64(anchor) AS node) AS a
     LEFT JOIN (${identityMapSql(asOf)}) AS m ON a.node = m.node`,
    { workspace, anchors },
    'batch',
  );
  return new Map(rows.map((row) => [row.anchor, BigInt(row.profile)]));
}
