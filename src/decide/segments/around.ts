// What rules of a workspace refer to, read before they are compiled: its clock, its models and when they scored everybody,
// the other segments, what people allow.

import type { WorkspaceConsent } from '../../govern/index.ts';
import { findActiveModel } from '../../predict/index.ts';
import type { Store } from '../../store/index.ts';
import { compileRules, type Program, type RunnableSegment, type Surroundings } from './compile.ts';
import type { Allows } from './consent.ts';
import type { ScoredModel } from './kinds/kind.ts';
import { conditionsOf, type Rule } from './rule.ts';
import { listRuleSegments, type RuleSegment, runnableRules } from './stored.ts';

export type Around = Surroundings & { segments: readonly RuleSegment[]; allows: Allows };

/** `rules` are those that are going to be compiled beside the stored ones. */
export async function readAround(
  store: Store,
  workspace: string,
  consent: WorkspaceConsent | undefined,
  rules: readonly Rule[] = [],
): Promise<Around> {
  const [row] = await store.state.query<{ time_zone: string }>('SELECT time_zone FROM workspaces WHERE id = $1', [
    workspace,
  ]);
  const segments = await listRuleSegments(store, workspace);
  const ruleOf = runnableRules(segments);
  const asked = [...ruleOf.values(), ...rules].flatMap(conditionsOf);
  const models = asked.some(({ kind }) => kind === 'score') ? await readModels(store, workspace) : undefined;
  const allows: Allows = (category, identifiers) => {
    if (consent === undefined) return true;
    return (consent.judge([...identifiers], undefined, 0).denied & consent.bitOf(category)) === 0;
  };
  const nobody: ReadonlySet<string> = new Set();
  return {
    timeZone: row?.time_zone ?? 'UTC',
    segments,
    model: (id) => models?.(id),
    segment: (id) => ruleOf.get(id),
    allowsByDefault: (category) => allows(category, nobody),
    allows,
  };
}

/** The program of the segments that are in force. */
export function programOf(around: Around, only?: ReadonlySet<number>): Program {
  const active = around.segments.filter(
    ({ status, number }) => status === 'active' && (only === undefined || only.has(number)),
  );
  const runnable = active.map(({ id, number }): RunnableSegment => ({ id, number, rule: around.segment(id)! }));
  return compileRules(
    runnable.sort((a, b) => a.number - b.number),
    around,
  );
}

async function readModels(
  store: Store,
  workspace: string,
): Promise<(id: string | undefined) => ScoredModel | undefined> {
  const active = await findActiveModel(store, workspace);
  const rows = await store.facts.rows<{ model_id: string; moments: string[] }>(
    `SELECT toString(model_id) AS model_id, arraySort(groupUniqArray(toUnixTimestamp64Milli(as_of))) AS moments FROM scores
     WHERE workspace = {workspace:String} GROUP BY model_id`,
    { workspace },
  );
  const scorings = new Map(rows.map(({ model_id, moments }) => [model_id, moments.map(Number)]));
  return (asked) => {
    const id = asked ?? active?.id;
    return id === undefined ? undefined : { id, scorings: scorings.get(id) ?? [] };
  };
}
