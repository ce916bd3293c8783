// What matching rests on, to be looked at: the model with the weight of every level, and any two people weighed.

import { InklingError } from '../../errors.ts';
import type { Store } from '../../store/index.ts';
import { findProfile } from '../lookup.ts';
import { membersOf } from '../members.ts';
import { toHexId } from '../node.ts';
import { type Live, liveOf } from './indexes.ts';
import { type KeptModel, readModel } from './model.ts';
import { type MatchOutcome, readOutcome } from './outcome.ts';
import { recordsOf } from './records.ts';
import { inWords, type Weighed } from './words.ts';

export type MatchingState = {
  /** null where none was learned yet. */
  model: (KeptModel & { fields: MatchField[]; rules: string[][] }) | null;
  /** null where nobody was matched by it yet. */
  outcome: MatchOutcome | null;
  /** What this process has in memory to match people as they come; null where nothing was asked for yet. */
  memory: {
    /** off: there are more records than fit. */
    state: 'filling' | 'ready' | 'off';
    records: number;
    /** People who are still to be weighed. */
    waiting: number;
    /** Seconds that filling took. */
    seconds: number;
  } | null;
};

export type MatchField = {
  field: string;
  /** How often one person's records stand so (m), how often any two people's (u), and log2 (m / u). */
  levels: { level: string; m: number; u: number; weight: number }[];
};

export type WeighedPair = Weighed & { a: string; b: string; probability: number };

export async function describeMatching(store: Store, workspace: string): Promise<MatchingState> {
  const found = await readModel(store, workspace);
  if (found === undefined) return { model: null, outcome: null, memory: null };
  const { kept, frozen } = found;
  const fields = frozen.model.fields.map(({ name, says, m, u, weights }) => ({
    field: name,
    levels: says.map((level, i) => ({ level, m: m[i], u: u[i], weight: weights[i] })),
  }));
  return {
    model: { ...kept, fields, rules: frozen.model.rules.map(({ keys }) => [...keys]) },
    outcome: (await readOutcome(store, workspace)) ?? null,
    memory: memoryOf(liveOf(store.facts, workspace)),
  };
}

function memoryOf(live: Live | undefined): MatchingState['memory'] {
  if (live === undefined) return null;
  const { index, filling, waiting, seconds } = live;
  const state = filling !== undefined ? 'filling' : index === undefined ? 'off' : 'ready';
  return { state, records: index?.counts().records ?? 0, waiting: waiting.size, seconds };
}

/** Two people weighed by the records of theirs that are most alike. Throws `not_found` where there is nothing to weigh. */
export async function weighPair(
  store: Store,
  workspace: string,
  people: readonly [string, string],
): Promise<WeighedPair> {
  const model = await readModel(store, workspace);
  if (model === undefined) {
    throw new InklingError('not_found', 'Nothing was learned yet of how alike people are.', {
      hint: 'It takes some hundred people who told names, addresses or days of birth; then run: inkling resolve.',
    });
  }
  const [left, right] = await Promise.all(people.map((text) => recordsOfPerson(store, workspace, text)));
  const pairs = left.flatMap((a) =>
    right.filter((b) => b.node !== a.node).map((b) => ({ a, b, weighed: inWords(model.frozen, a.told, b.told) })),
  );
  const best = pairs.sort((x, y) => y.weighed.weight - x.weighed.weight)[0];
  if (best === undefined) throw nothingTold(people.join(', '));
  const { a, b, weighed } = best;
  return { a: a.identifier, b: b.identifier, probability: 1 / (1 + 2 ** -weighed.weight), ...weighed };
}

async function recordsOfPerson(store: Store, workspace: string, text: string) {
  const profile = await findProfile(store, workspace, text);
  if (profile === undefined) {
    throw new InklingError('not_found', `Nobody in this workspace is known as "${text}".`, {
      field: 'people',
      value: text,
      hint: 'Use a profile id, a user id or an anonymous id.',
    });
  }
  const records = await recordsOf(store.facts, workspace, await membersOf(store.facts, workspace, [profile]));
  if (records.length === 0) throw nothingTold(toHexId(profile));
  return records;
}

function nothingTold(who: string): InklingError {
  return new InklingError('not_found', `There is nothing to compare of ${who}.`, {
    field: 'people',
    value: who,
    hint: 'Names, addresses and days of birth come with the traits of identify calls.',
  });
}
