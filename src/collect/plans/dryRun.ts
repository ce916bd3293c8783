// What a plan would have done to the events of the last days, before it is put in force. Events are read page by page
// along the key of the table, so that memory stays the same however many there are; nodes are hashes, so that the first
// so many are a sample of people.

import type { Store } from '../../store/index.ts';
import { DAY_MS, toClickHouseTime } from '../../time.ts';
import type { MessageType, SegmentMessage } from '../message.ts';
import { isPersonalKey } from '../redaction.ts';
import { shorten } from '../validate.ts';
import { openPlan } from './check.ts';
import { checkPlan, type Plan, type PlanAction } from './plan.ts';

export type DryFinding = {
  type: string;
  event: string;
  property: string;
  problem: string;
  detail: string;
  action: PlanAction;
  events: number;
  sample: string;
  messageId: string;
};

export type DryRun = {
  days: number;
  /** Events of those days, and those of them that were looked at. */
  total: number;
  examined: number;
  /** Of those: would have been stopped, kept without something, kept and noted. */
  blocked: number;
  omitted: number;
  noted: number;
  findings: DryFinding[];
};

const PAGE = 5000;
const FINDINGS_AT_MOST = 1000;

type Row = {
  node: string;
  moment: string;
  message_id: string;
  type: MessageType;
  name: string;
  properties: string;
  traits: string;
  context: string;
};

export async function dryRun(
  { facts }: Store,
  { workspace, plan, days, limit, now }: { workspace: string; plan: Plan; days: number; limit: number; now: Date },
): Promise<DryRun> {
  checkPlan(plan);
  const checked = openPlan(plan, 0);
  const since = toClickHouseTime(now.getTime() - days * DAY_MS);
  const where = 'workspace = {workspace:String} AND received_at >= {since:DateTime64(3)}';
  const [{ total }] = await facts.rows<{ total: string }>(
    `SELECT count() AS total FROM events WHERE ${where}`,
    { workspace, since },
    'batch',
  );
  const run: DryRun = { days, total: Number(total), examined: 0, blocked: 0, omitted: 0, noted: 0, findings: [] };
  const findings = new Map<string, DryFinding>();
  let last: Row | undefined;
  while (run.examined < limit) {
    const page: Row[] = await facts.rows<Row>(
      `SELECT toString(node) AS node, toString(at) AS moment, message_id, type, name, properties, traits, context FROM events
       WHERE ${where} ${last ? 'AND (node, at, message_id) > ({node:UInt64}, {at:DateTime64(3)}, {id:String})' : ''}
       ORDER BY events.node, at, message_id LIMIT ${Math.min(PAGE, limit - run.examined)}`,
      { workspace, since, ...(last && { node: last.node, at: last.moment, id: last.message_id }) },
      'batch',
    );
    for (const row of page) judge(row, checked, run, findings);
    run.examined += page.length;
    last = page.at(-1);
    if (page.length < PAGE) break;
    // Between pages others get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  run.findings = [...findings.values()].toSorted((a, b) => b.events - a.events);
  return run;
}

function judge(row: Row, plan: ReturnType<typeof openPlan>, run: DryRun, findings: Map<string, DryFinding>): void {
  const message = messageOf(row);
  const outcome = plan.check(message);
  if (!outcome) return;
  if (outcome.fault) run.blocked += 1;
  else if (outcome.findings.some(({ action }) => action === 'omit')) run.omitted += 1;
  else run.noted += 1;
  for (const { property, problem, detail, action, value, place } of outcome.findings) {
    const key = `${row.type} ${row.name} ${property} ${problem} ${action}`;
    const before = findings.get(key);
    if (before) before.events += 1;
    else if (findings.size < FINDINGS_AT_MOST) {
      const sample = value === undefined || place.some(isPersonalKey) ? '' : shorten(value, 200);
      const what = { type: row.type, event: row.name, property, problem, detail, action };
      findings.set(key, { ...what, events: 1, sample, messageId: row.message_id });
    }
  }
}

/** As it was sent, but for what was never kept of it. */
function messageOf({ type, name, message_id, properties, traits, context }: Row): SegmentMessage {
  return {
    type,
    messageId: message_id,
    ...(type === 'track' ? { event: name } : { name }),
    properties: JSON.parse(properties || '{}'),
    traits: JSON.parse(traits || '{}'),
    context: JSON.parse(context || '{}'),
  };
}
