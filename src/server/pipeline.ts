// The whole road on one screen: events in the facts become people, signals, a model and scores. The CLI, the schedule
// and the demo walk it; each stage can be run again alone and picks up what the one before left.

import { InklingError } from '../errors.ts';
import { resolveAll } from '../identify/index.ts';
import {
  challenge,
  type Decision,
  findDataSpan,
  type ModelRecord,
  planModelSnapshots,
  prepareSnapshots,
  type Scoring,
  scoreEveryone,
  trainModel,
} from '../predict/index.ts';
import type { Store } from '../store/index.ts';
import { addDays, DAY_MS, SECOND_MS } from '../time.ts';

export type StageName = 'identify' | 'features' | 'train' | 'score';

export type Watcher = {
  begin(stage: StageName): void;
  update(stage: StageName, done: number, total: number, note?: string): void;
  end(stage: StageName, note: string): void;
};

export type RoadOptions = {
  workspace: string;
  timeframeDays: number;
  conversionEvent?: string;
  /** Whose calendar stands in for the season not in the data; absent = nobody's. */
  trade?: string;
  /** Moments to test on instead of the last complete ones. */
  testMoments?: readonly Date[];
  /** Moments before the last at which everybody is scored as well, so that a trend can be seen; in days before it. */
  scoreAlsoDaysBefore?: readonly number[];
  seed?: number;
  /** The moment of the scores; absent = now, or the end of the data where they ended days ago. */
  asOf?: Date;
  now: Date;
  watch?: Watcher;
};

export type RoadResult = {
  model: ModelRecord;
  asOf: Date;
  people: number;
  scored: number;
  seconds: Record<StageName, number>;
};

export async function walkTheRoad(store: Store, options: RoadOptions): Promise<RoadResult> {
  const { workspace, timeframeDays, conversionEvent, trade, testMoments, seed, now } = options;
  const { stage, seconds } = openStages(options.watch);

  const { people } = await stage('identify', async (progress) => {
    const found = await resolveAll(store, { workspace, now, onProgress: progress });
    return { value: found, note: `${found.people} people` };
  });
  const asOf = options.asOf ?? (await momentOfScoring(store, workspace, now));
  const scoring = [...(options.scoreAlsoDaysBefore ?? []).map((days) => addDays(asOf, -days)), asOf];

  await stage('features', async (progress) => {
    const plan = await planModelSnapshots(store, { workspace, timeframeDays, testMoments });
    const moments = [...plan.train, ...plan.test, ...plan.deploy, ...scoring];
    await prepareSnapshots(store, { workspace, moments, now, onProgress: progress });
    return { value: undefined, note: `${new Set(moments.map(Number)).size} moments` };
  });

  const model = await stage('train', async (progress) => {
    const trained = await trainModel(store, {
      workspace,
      timeframeDays,
      conversionEvent,
      trade,
      testMoments,
      seed,
      now,
      onProgress: progress,
    });
    return { value: trained, note: trained.learner ?? '' };
  });

  const scored = await stage('score', async (progress) => {
    let count = 0;
    for (const [i, moment] of scoring.entries()) {
      const onProgress = (done: number, total: number) => progress(i * total + done, scoring.length * total);
      count = (await scoreEveryone(store, { workspace, modelId: model.id, asOf: moment, now, onProgress })).people;
    }
    return { value: count, note: `${count} people` };
  });

  return { model, asOf, people, scored, seconds };
}

/** A challenger now; when it takes the champion's place everybody is scored with it, so that no list stays empty. */
export async function challengeNow(
  store: Store,
  asked: { workspace: string; now: Date; by: string; onProgress?: (done: number, total: number) => void },
): Promise<Decision> {
  const decision = await challenge(store, asked);
  if (decision.verdict === 'DEPLOYED') await scoreNow(store, asked);
  return decision;
}

/** Everybody with the active model, as of now or the end of the data. */
export async function scoreNow(store: Store, { workspace, now }: { workspace: string; now: Date }): Promise<Scoring> {
  return scoreEveryone(store, { workspace, asOf: await momentOfScoring(store, workspace, now), now });
}

/** Now where events are still coming in; the end of the data where they ended days ago, as in a file from the past. */
export async function momentOfScoring(store: Store, workspace: string, now: Date): Promise<Date> {
  const span = await findDataSpan(store, workspace);
  if (!span) {
    throw new InklingError('too_little_data', `Workspace "${workspace}" has no events yet.`, {
      hint: 'Import a file (npm run -s inkling -- import FILE) or send events to /v1/track first.',
    });
  }
  const afterLast = new Date(span.to.getTime() + 1);
  return now.getTime() - span.to.getTime() > 2 * DAY_MS || span.to > now ? afterLast : now;
}

type Run = <T>(
  name: StageName,
  work: (progress: (done: number, total: number, note?: string) => void) => Promise<{ value: T; note: string }>,
) => Promise<T>;

function openStages(watch: Watcher | undefined): { stage: Run; seconds: Record<StageName, number> } {
  const seconds: Record<StageName, number> = { identify: 0, features: 0, train: 0, score: 0 };
  const stage: Run = async (name, work) => {
    const start = performance.now();
    watch?.begin(name);
    const { value, note } = await work((done, total, detail) => watch?.update(name, done, total, detail));
    seconds[name] = (performance.now() - start) / SECOND_MS;
    watch?.end(name, note);
    return value;
  };
  return { stage, seconds };
}
