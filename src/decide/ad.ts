// Which ad somebody is shown at this second [WH-11]: with High intent the product they were looking at, with Medium the
// category they lean to, with Low or nothing known the brand. Where no creative fits, the next wider kind is taken, and
// the answer says so. Among several that fit, each person keeps one, so that an ad does not change under their eyes. For
// somebody who has not allowed it nothing known of them is used: they are shown the brand.

import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { InklingError } from '../errors.ts';
import type { IntentNow, Level, Prediction } from '../predict/index.ts';
import type { Store } from '../store/index.ts';
import { SECOND_MS } from '../time.ts';
import { type Creative, type CreativeKind, listCreatives } from './creatives.ts';

export type AdRequest = {
  workspace: string;
  /** A user id, an anonymous id or a profile id. */
  person: string;
  modelId?: string;
  /** Categories of consent that an ad by intent needs and that this person has not allowed. */
  denied?: readonly string[];
  now: Date;
};

export type AdDecision = {
  kind: CreativeKind;
  /** The kind that the intent asks for; `kind` is wider where no creative of it fits. */
  wantedKind: CreativeKind;
  category: string | null;
  productId: string | null;
  /** null = the workspace has no creative for it; kind, category and product still say what to show. */
  creative: Pick<Creative, 'id' | 'content'> | null;
  reason: string;
  intentLevel: Level | null;
  score: number | null;
  confidence: number | null;
  profileId: string | null;
  modelId: string | null;
  latencyMs: number;
};

export interface Ads {
  decide(request: AdRequest): Promise<AdDecision>;
}

const kindOf: Record<Level, CreativeKind> = { HIGH: 'product', MEDIUM: 'category', LOW: 'brand' };
const wider: Record<CreativeKind, CreativeKind | undefined> = {
  product: 'category',
  category: 'brand',
  brand: undefined,
};
const WORKSPACES_IN_MEMORY = 1000;
/** A change of the creatives is noticed after so long. */
const KEPT_MS = 2 * SECOND_MS;

export function openAds(store: Store, live: Pick<IntentNow, 'predict'>): Ads {
  const kept = new LRUCache<string, Creative[]>({ max: WORKSPACES_IN_MEMORY, ttl: KEPT_MS });
  return {
    async decide({ workspace, person, modelId, denied = [], now }) {
      const started = performance.now();
      const creatives = kept.get(workspace) ?? (await listCreatives(store, workspace));
      kept.set(workspace, creatives);
      if (denied.length > 0) {
        const reason = `This person has not allowed ${denied.join(' and ')}, so nothing known of them is used and the brand is shown.`;
        return { ...decideAd(creatives, person, undefined), reason, latencyMs: performance.now() - started };
      }
      const prediction = await predictOrNothing(live, { workspace, person, modelId, now });
      return { ...decideAd(creatives, person, prediction), latencyMs: performance.now() - started };
    },
  };
}

/** What is not known is no error here: somebody new is shown the brand. */
async function predictOrNothing(live: Pick<IntentNow, 'predict'>, request: AdRequest): Promise<Prediction | undefined> {
  try {
    return await live.predict(request);
  } catch (error) {
    if (error instanceof InklingError && error.code === 'not_found' && request.modelId === undefined) return undefined;
    throw error;
  }
}

type Wish = { category: string | null; productId: string | null };

/** The decision from what is known; `person` settles which of several equal creatives they keep. */
export function decideAd(
  creatives: readonly Creative[],
  person: string,
  prediction: Prediction | undefined,
): Omit<AdDecision, 'latencyMs'> {
  const wish: Wish = { category: prediction?.category ?? null, productId: prediction?.product ?? null };
  const wantedKind = prediction ? reachable(kindOf[prediction.intentLevel], wish) : 'brand';
  const { kind, creative } = choose(creatives, wantedKind, wish, prediction?.profileId ?? person);
  return {
    kind,
    wantedKind,
    category: kind === 'brand' ? null : wish.category,
    productId: kind === 'product' ? wish.productId : null,
    creative: creative ? { id: creative.id, content: creative.content } : null,
    reason: reasonFor(prediction, { kind, wantedKind, wish, isBare: creatives.length === 0 }),
    intentLevel: prediction?.intentLevel ?? null,
    score: prediction?.score ?? null,
    confidence: prediction?.confidence ?? null,
    profileId: prediction?.profileId ?? null,
    modelId: prediction?.modelId ?? null,
  };
}

/** A product ad needs a product, a category ad a category. */
function reachable(kind: CreativeKind, { category, productId }: Wish): CreativeKind {
  if (kind === 'product' && productId === null) return reachable('category', { category, productId });
  return kind === 'category' && category === null ? 'brand' : kind;
}

function choose(creatives: readonly Creative[], wantedKind: CreativeKind, wish: Wish, person: string) {
  for (let kind: CreativeKind | undefined = wantedKind; kind; kind = wider[kind]) {
    const fitting = bestFitting(creatives, kind, wish);
    if (fitting.length > 0) return { kind, creative: fitting[placeOf(person, fitting.length)] };
  }
  return { kind: wantedKind, creative: undefined };
}

/** Those made for this very product or category; where there are none, those for any. */
function bestFitting(creatives: readonly Creative[], kind: CreativeKind, wish: Wish): Creative[] {
  const fits = creatives.filter(
    (one) =>
      one.kind === kind &&
      (kind === 'brand' || one.category === null || one.category === wish.category) &&
      (kind !== 'product' || one.productId === null || one.productId === wish.productId),
  );
  const closeness = (one: Creative) => (one.productId === null ? 0 : 2) + (one.category === null ? 0 : 1);
  const closest = Math.max(...fits.map(closeness));
  return fits.filter((one) => closeness(one) === closest);
}

function placeOf(person: string, count: number): number {
  return createHash('sha256').update(person).digest().readUInt32BE(0) % count;
}

const levelWords: Record<Level, string> = { HIGH: 'High', MEDIUM: 'Medium', LOW: 'Low' };

type Outcome = { kind: CreativeKind; wantedKind: CreativeKind; wish: Wish; isBare: boolean };

function reasonFor(prediction: Prediction | undefined, { kind, wantedKind, wish, isBare }: Outcome): string {
  if (prediction === undefined) return 'Nothing is known of this person yet, so the brand is shown.';
  const intent = `${levelWords[prediction.intentLevel]} intent (score ${prediction.score})`;
  const about =
    wantedKind === 'product'
      ? `the product they looked at last, ${wish.productId}`
      : wantedKind === 'category'
        ? `the category they lean to, ${wish.category}`
        : 'the brand';
  const narrower = kindOf[prediction.intentLevel] === wantedKind ? '' : ', for no narrower interest is known';
  const widened = kind === wantedKind ? '' : ` No creative fits that, so a ${kind} creative is shown.`;
  const bare = isBare ? ' The workspace has no creatives yet.' : '';
  return `${intent}: ${about}${narrower}.${widened}${bare}`;
}
