// The prediction for one person at this second [WH-9]: their live history, the same signals as in training, the same
// model, the level of the last scoring, and the reasons. An answer is kept for six hours, or until the person's next event,
// another identifier of theirs, another model or another level [WH-10].

import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { EventRow } from '../collect/index.ts';
import { InklingError } from '../errors.ts';
import {
  signals as everySignal,
  type LiveFeatures,
  type LivePeople,
  openLivePeople,
  type Signal,
} from '../features/index.ts';
import { nodeOf, toHexId } from '../identify/index.ts';
import type { Store } from '../store/index.ts';
import { HOUR_MS } from '../time.ts';
import { explainRow, type Reason, sentenceFor } from './explain.ts';
import { atMoment } from './level.ts';
import type { Predictor } from './predictor.ts';
import { readLevel } from './presentLevel.ts';
import { findQuestion } from './questions/index.ts';
import { loadPredictor, type ModelRecord, usableModel } from './registry.ts';
import { type Level, levelOf, scoreOf } from './score.ts';

export type PredictionRequest = {
  workspace: string;
  /** A user id, an anonymous id, a profile id, an e-mail address or phone number or their hash. */
  person: string;
  modelId?: string;
  now: Date;
};

export type Prediction = {
  userId: string | null;
  profileId: string;
  modelId: string;
  modelVersion: number;
  score: number;
  intentLevel: Level;
  probability: number;
  /** Of a conversion within 7 days, whatever the model's timeframe. */
  purchaseProbability7d: number | null;
  timeframeDays: number;
  confidence: number;
  confidenceReason: string;
  predictedConversionDate: string | null;
  category: string | null;
  /** The product of that category they looked at last and have not bought since. */
  product: string | null;
  /** The whole in one plain sentence. */
  sentence: string;
  reasons: Reason[];
  basedOn: { events: number; lastEventAt: string | null };
  /** When it was worked out: at most six hours ago, with no event of the person since. */
  asOf: string;
  latencyMs: number;
};

export interface IntentNow {
  predict(request: PredictionRequest): Promise<Prediction>;
  /** The same as JSON, with the user id that the caller gives. */
  predictText(request: PredictionRequest, userId: string | null): Promise<string>;
  /** What is known of the person this second, in the order of the signals. Throws `not_found`. */
  features(workspace: string, person: string, now: Date): Promise<LiveFeatures>;
  /** Rows that reached the facts; keeps those in memory up to date. */
  shipped(rows: readonly EventRow[]): void;
  /** Identifiers that changed hands. */
  moved(workspace: string, moves: readonly { node: bigint; profile: bigint }[]): void;
}

/** `name` is another when the model or its level is. */
type Ready = { model: ModelRecord; predictor: Predictor; signals: readonly Signal[]; name: string };

const WORKSPACES_IN_MEMORY = 50;
/** A newly trained model and a newly measured level are noticed after so long. */
const MODEL_KEPT_MS = 2000;
const ANSWER_KEPT_MS = 6 * HOUR_MS;
const WEEK_DAYS = 7;
/** Stands in a sentence for the person, whose identifier is not kept with it. */
const SOMEBODY = '\u0000';

export function openIntentNow(store: Store): IntentNow {
  const people = new LRUCache<string, LivePeople>({ max: WORKSPACES_IN_MEMORY });
  const ready = new LRUCache<string, Promise<Ready>>({ max: WORKSPACES_IN_MEMORY, ttl: MODEL_KEPT_MS });

  const peopleOf = (workspace: string) => {
    const known = people.get(workspace) ?? openLivePeople(store, { workspace });
    people.set(workspace, known);
    return known;
  };
  /** Those who ask while it is read share the reading: it is several statements on the thread that answers. */
  const readyModel = (workspace: string, modelId: string | undefined, now: Date): Promise<Ready> => {
    const key = `${workspace} ${modelId ?? ''}`;
    const known = ready.get(key);
    if (known) return known;
    const made = makeReady(store, workspace, modelId, now);
    ready.set(key, made);
    made.catch(() => ready.delete(key));
    return made;
  };

  const workOut = async (workspace: string, ready: Ready, asked: { person: string; now: Date; key: string }) => {
    const { person, now, key } = asked;
    const found = await peopleOf(workspace).whois(person);
    if (found === undefined) throw unknownPerson(person);
    const stand = await store.cache.stand([...found.nodes].map((node) => markOf(workspace, node)));
    const live = await peopleOf(workspace).features(person, now, ready.signals);
    if (live === undefined) throw unknownPerson(person);
    const text = writeAnswer(now, {
      ...answer(ready, live.values, now),
      profileId: toHexId(live.profile),
      category: live.category || null,
      product: live.product || null,
      basedOn: { events: live.basedOn.events, lastEventAt: live.basedOn.lastEventAt?.toISOString() ?? null },
      asOf: now.toISOString(),
    });
    await store.cache.set(key, text, { stand, ttlMs: ANSWER_KEPT_MS });
    return text;
  };

  const predictText = async (request: PredictionRequest, userId: string | null) => {
    const { workspace, person, modelId, now } = request;
    const started = performance.now();
    const ready = await readyModel(workspace, modelId, now);
    const key = keyOf(workspace, ready, person);
    const kept = await store.cache.get(key);
    const text =
      kept !== undefined && isYoung(kept, now) ? kept : await workOut(workspace, ready, { person, now, key });
    return readAnswer(text, { person, userId, latencyMs: performance.now() - started });
  };

  return {
    async features(workspace, person, now) {
      const live = await peopleOf(workspace).features(person, now);
      if (live === undefined) throw unknownPerson(person);
      return live;
    },
    async predict(request) {
      const told = JSON.parse(await predictText(request, null)) as Prediction;
      return { ...told, userId: request.person === told.profileId ? null : request.person };
    },
    predictText,
    shipped(rows) {
      for (const [workspace, own] of Map.groupBy(rows, (row) => row.workspace)) {
        people.get(workspace)?.shipped(own);
        void store.cache.raise([...new Set(own.map(({ anchor }) => markOf(workspace, nodeOf(anchor))))]);
      }
    },
    moved(workspace, moves) {
      people.get(workspace)?.moved(moves);
      const changed = new Set(moves.flatMap(({ node, profile }) => [node, profile]));
      void store.cache.raise([...changed].map((node) => markOf(workspace, node)));
    },
  };
}

async function makeReady(store: Store, workspace: string, modelId: string | undefined, now: Date): Promise<Ready> {
  const model = await usableModel(store, workspace, modelId);
  const learned = await loadPredictor(store, model);
  const shift = await readLevel(store, model);
  const predictor = shift === undefined ? atMoment(learned, now) : learned.withLevel(shift);
  return {
    model,
    predictor,
    signals: signalsOf(predictor),
    name: `${model.id} ${model.version} ${predictor.level.shift}`,
  };
}

type Answer = Omit<Prediction, 'userId' | 'latencyMs'>;
type Said = Omit<Answer, 'profileId' | 'category' | 'product' | 'basedOn' | 'asOf'>;

function answer({ model, predictor }: Ready, row: Float32Array, now: Date): Said {
  const { probability, within } = predictor.predictRowBoth(row, WEEK_DAYS);
  const score = scoreOf(probability);
  const level = levelOf(score);
  const reasons = explainRow(predictor, row);
  const { timeframeDays } = model;
  const wording = findQuestion(model.question).wording(model.settings);
  return {
    modelId: model.id,
    modelVersion: model.version,
    score,
    intentLevel: level,
    probability,
    // Learned where the timeframe is longer than a week; else by a constant chance per day.
    purchaseProbability7d: within ?? 1 - (1 - probability) ** (WEEK_DAYS / timeframeDays),
    timeframeDays,
    confidence: predictor.confidence(row, probability),
    confidenceReason: predictor.confidenceReason(row, probability),
    predictedConversionDate: predictor.conversionDate(probability, now),
    sentence: sentenceFor(SOMEBODY, { level, score, timeframeDays }, reasons, wording),
    reasons,
  };
}

/**
 * An answer as it is kept: the moment it was worked out (epoch ms) and, each on its line, the JSON up to where the person is
 * named in the sentence and the JSON from there on, without its end. So it is told again without being read.
 */
function writeAnswer(at: Date, { sentence, ...rest }: Answer): string {
  const place = sentence.indexOf(SOMEBODY);
  const [before, after] = [sentence.slice(0, place), sentence.slice(place + 1)].map((part) => JSON.stringify(part));
  return `${at.getTime()}\n${JSON.stringify(rest).slice(0, -1)},"sentence":${before.slice(0, -1)}\n${after.slice(1)}`;
}

/** Not older than answers are kept, by a clock that may have been set back since. */
function isYoung(text: string, now: Date): boolean {
  const age = now.getTime() - Number(text.slice(0, text.indexOf('\n')));
  return age >= 0 && age < ANSWER_KEPT_MS;
}

type Asked = { person: string; userId: string | null; latencyMs: number };

function readAnswer(text: string, { person, userId, latencyMs }: Asked): string {
  const [begin, end] = [text.indexOf('\n') + 1, text.lastIndexOf('\n')];
  const named = text.slice(begin, end) + JSON.stringify(person).slice(1, -1) + text.slice(end + 1);
  return `${named},"userId":${JSON.stringify(userId)},"latencyMs":${latencyMs}}`;
}

/** The signals that the model looks at. */
function signalsOf(predictor: Predictor): Signal[] {
  return predictor.signals.map((name) => {
    const signal = everySignal.find((one) => one.name === name);
    if (signal === undefined) {
      throw new InklingError('model_file_invalid', `The model looks at "${name}", which is no longer defined.`, {
        hint: 'Train the model again.',
      });
    }
    return signal;
  });
}

/** Not by the identifier itself, which may be an address. The number is that of the form in which answers are kept. */
function keyOf(workspace: string, { name }: Ready, person: string): string {
  return hash('sha256', `2 ${workspace} ${name} ${person}`, 'base64url');
}

function markOf(workspace: string, node: bigint): string {
  return `${workspace} ${node}`;
}

function unknownPerson(person: string): InklingError {
  return new InklingError('not_found', `Nobody known here has the identifier "${person}".`, {
    field: 'userId',
    value: person,
    hint: 'Send an event of this person first, or use another of their identifiers.',
  });
}
