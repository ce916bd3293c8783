// Who scores the pages: threads beside the one that answers requests, a page each and several under way; a few people are
// not worth starting a thread for. A page goes over to the thread without being copied, its scores come back so.

import { Worker } from 'node:worker_threads';
import { threadsToUse } from '../environment.ts';
import type { FeaturePage } from '../features/index.ts';
import type { Predictor } from './predictor.ts';
import { type ScoredBlock, type ScoringPlace, scoreBlock } from './scoreBlock.ts';

export type BlockScorer = {
  /** Pages that are worth having under way. */
  width: number;
  /** Takes the page over. `onPeople` hears how many of it are done. */
  score(page: FeaturePage, onPeople: (done: number) => void): Promise<ScoredBlock>;
  close(): Promise<void>;
};

/** What a thread is told first, and with each page. */
export type Setting = { predictor: object; place: ScoringPlace };
export type Answer = { done: number } | { scored: ScoredBlock } | { failure: string };

/** With fewer people than this, a thread would take longer to start than to score them. */
const PEOPLE_FOR_THREADS = 20_000;

export function openBlockScorer(predictor: Predictor, place: ScoringPlace, people: number): BlockScorer {
  if (people < PEOPLE_FOR_THREADS) return inThisThread(predictor, place);
  const setting: Setting = { predictor: predictor.toJSON(), place };
  const threads = Array.from({ length: threadsToUse() }, () => startThread(setting));
  let pages = 0;
  return {
    width: threads.length,
    score: (page, onPeople) => threads[pages++ % threads.length].score(page, onPeople),
    close: async () => {
      await Promise.all(threads.map(({ end }) => end()));
    },
  };
}

function inThisThread(predictor: Predictor, place: ScoringPlace): BlockScorer {
  const score: BlockScorer['score'] = (page, onPeople) =>
    scoreBlock(predictor, page, place, async (done) => {
      onPeople(done);
      // Others get their turn on the thread.
      await new Promise(setImmediate);
    });
  return { width: 1, score, close: async () => {} };
}

type Waiting = { onPeople(done: number): void; resolve(scored: ScoredBlock): void; reject(error: Error): void };

function startThread(setting: Setting) {
  const worker = new Worker(new URL('./scoringThread.ts', import.meta.url), { workerData: setting });
  // A thread takes its pages one after the other, so answers belong to the one that has waited longest.
  const waiting: Waiting[] = [];
  const failAll = (error: Error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on('message', (answer: Answer) => {
    if ('done' in answer) waiting[0]?.onPeople(answer.done);
    else if ('scored' in answer) waiting.shift()?.resolve(answer.scored);
    else waiting.shift()?.reject(new Error(answer.failure));
  });
  worker.on('error', failAll);
  worker.on('exit', (code) => failAll(new Error(`The scoring thread ended with code ${code}.`)));
  return {
    score: (page: FeaturePage, onPeople: (done: number) => void) =>
      new Promise<ScoredBlock>((resolve, reject) => {
        waiting.push({ onPeople, resolve, reject });
        worker.postMessage(page, [page.bytes.buffer]);
      }),
    end: () => worker.terminate(),
  };
}
