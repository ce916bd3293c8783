// With too few conversions nobody's intent can be predicted: the scores then follow a rule, who was here last. What can
// still be said is which groups of people buy on average [INT-18]; that is offered with its disclaimer, and never
// mixed into a score.

import type { Store } from '../store/index.ts';
import { type DemographicRule, fitDemographics } from './demographics.ts';
import { findDataSpan } from './history.ts';
import { CONVERSIONS_NEEDED } from './ladder.ts';
import type { Rung } from './predictor.ts';
import type { ModelRecord } from './registry.ts';

export type Fallback = {
  modelId: string;
  rung: Rung | null;
  conversions: number;
  /** Conversions from which people are told apart by what they do. */
  conversionsNeeded: number;
  /** Whether demographic targeting is what is left. */
  applies: boolean;
  /** To be shown wherever the groups are; null where they are not needed. */
  disclaimer: string | null;
  demographics: DemographicRule | null;
};

const GROUPS_SHOWN = 20;

export async function readFallback(store: Store, model: ModelRecord): Promise<Fallback> {
  const { id, rung, workspace, conversionEvent, timeframeDays, productCategory } = model;
  const conversions = model.trainingDataSize ?? 0;
  const known = { modelId: id, rung, conversions, conversionsNeeded: CONVERSIONS_NEEDED.logistic };
  // A rule that nothing better was found than, with conversions enough, is no want of data.
  const applies = rung === 'rule' && conversions < CONVERSIONS_NEEDED.logistic;
  const span = applies ? await findDataSpan(store, workspace) : undefined;
  if (span === undefined) return { ...known, applies, disclaimer: null, demographics: null };
  const outcome = { event: conversionEvent, timeframeDays, category: productCategory ?? undefined };
  const demographics = await fitDemographics(store, { workspace, outcome, asOf: new Date(span.to.getTime() + 1) });
  return {
    ...known,
    applies: true,
    disclaimer: disclaimerFor(conversions, demographics),
    demographics: { ...demographics, groups: demographics.groups.slice(0, GROUPS_SHOWN) },
  };
}

function disclaimerFor(conversions: number, { people, conversions: seen }: DemographicRule): string {
  const count = (n: number, one: string) => `${n.toLocaleString('en-US')} ${one}${n === 1 ? '' : 's'}`;
  const groups =
    seen > 0
      ? `The groups below rest on ${count(seen, 'conversion')} of ${people.toLocaleString('en-US')} people.`
      : 'Nobody of the groups below has converted yet, so not even they can be told apart.';
  return (
    `${count(conversions, 'conversion')} to learn from: too few to predict anybody's intent. Scores only follow how long ago people were here. ` +
    'Targeting by demographic traits says who buys on average, and nothing about what anybody is about to do; it may treat groups ' +
    `of people unequally. ${groups}`
  );
}
