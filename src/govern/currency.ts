// The currency of a workspace's money. Amounts in another are kept with their events and summed nowhere: to add them up
// would be wrong, and to convert them would need rates of that day, which nobody gives. An amount sent without a currency
// is taken for the workspace's. Nobody need set it: once orders have come it is the one that most of them are in.

import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';

/** ISO 4217; null while it is neither set nor adopted. */
export async function currencyOf({ state }: Store, workspace: string): Promise<string | null> {
  const [row] = await state.query<{ currency: string | null }>('SELECT currency FROM workspaces WHERE id = $1', [
    workspace,
  ]);
  return row?.currency ?? null;
}

/** The same; where there is none yet the one of most orders becomes it, and stays. */
export async function adoptCurrency(store: Store, workspace: string): Promise<string | null> {
  const set = await currencyOf(store, workspace);
  if (set !== null) return set;
  const [found] = await store.facts.rows<{ currency: string }>(
    `SELECT currency FROM events WHERE workspace = {workspace:String} AND event = 'purchase' AND match(currency, '^[A-Z]{3}$')
     GROUP BY currency ORDER BY count() DESC, currency LIMIT 1`,
    { workspace },
  );
  if (found === undefined) return null;
  await store.state.query('UPDATE workspaces SET currency = $2 WHERE id = $1 AND currency IS NULL', [
    workspace,
    found.currency,
  ]);
  return found.currency;
}

/** Sums that are kept (of people, of visits) follow with the next resolution. Throws when it is no currency. */
export async function setCurrency(
  { state }: Store,
  { workspace, currency }: { workspace: string; currency: string },
): Promise<void> {
  if (!Intl.supportedValuesOf('currency').includes(currency)) {
    throw new InklingError('invalid_input', `"${currency}" is not a currency.`, {
      field: 'currency',
      value: currency,
      hint: 'Use a code of ISO 4217 in capitals, such as EUR.',
    });
  }
  await state.query('UPDATE workspaces SET currency = $2 WHERE id = $1', [workspace, currency]);
}

/** The condition on a row of `events` that its amount may be summed. */
export function inCurrency(currency: string | null): string {
  return currency === null ? '1' : `currency IN ('', '${currency}')`;
}
