// How much of a workspace matching holds at a time. What does not fit is matched all the same: by a full pass in shares.

import { InklingError } from '../../errors.ts';

export type MatchingLimits = {
  /** Records in memory at most, of all workspaces of the process together. */
  inMemory: number;
  /** Records that a model is learned from at most. */
  learnedFrom: number;
};

const RECORDS_IN_MEMORY = 4_000_000;
const LEARNED_FROM = 200_000;

/** Throws `invalid_input` where the environment names no number of records. */
export function limitsFrom(env: NodeJS.ProcessEnv = process.env): MatchingLimits {
  const text = env['INKLING_LINKAGE_RECORDS'] ?? '';
  if (text === '') return { inMemory: RECORDS_IN_MEMORY, learnedFrom: LEARNED_FROM };
  const inMemory = Number(text);
  if (!Number.isInteger(inMemory) || inMemory < 1000) {
    throw new InklingError('invalid_input', `INKLING_LINKAGE_RECORDS is ${JSON.stringify(text)}.`, {
      ...{ field: 'INKLING_LINKAGE_RECORDS', value: text },
      hint: 'Give a number of records, 1000 or more; each takes about 600 bytes.',
    });
  }
  return { inMemory, learnedFrom: Math.min(LEARNED_FROM, inMemory) };
}
