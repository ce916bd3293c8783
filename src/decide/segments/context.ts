// What everybody shares when people are looked at live. What signals need of products and of what goes on around people is
// read only for rules that ask for signals.

import { noProducts, noSurroundings, readProducts, readSurroundings } from '../../features/index.ts';
import { sessionRuleOf } from '../../identify/index.ts';
import type { Store } from '../../store/index.ts';
import type { Program } from './compile.ts';
import type { Allows } from './consent.ts';
import type { Context } from './live/person.ts';

export async function contextOf(
  store: Store,
  workspace: string,
  { program, allows, now }: { program: Program; allows: Allows; now: Date },
): Promise<Context> {
  const usual = { program, allows, products: noProducts, surroundings: noSurroundings };
  const sessionRule = await sessionRuleOf(store, workspace);
  if (!program.leaves.some(({ needs }) => needs.signal)) return { ...usual, sessionRule };
  const products = await readProducts(store, workspace, now);
  const surroundings = await readSurroundings(store, workspace, now);
  return { ...usual, products, surroundings, sessionRule };
}
