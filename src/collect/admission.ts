// What a workspace lets in: consent first, then the tracking plan, then the rules for personal properties. A workspace
// that has decided nothing pays two look-ups per delivery. What is noted on the way (choices, what was withheld, what
// broke the plan) is summed over the delivery and journalled with it.

import type { InklingError } from '../errors.ts';
import {
  type Choice,
  type ConsentBook,
  openConsentBook,
  type Personal,
  type WorkspaceConsent,
} from '../govern/index.ts';
import type { Store } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';
import { fieldsOf, shortText, textOf } from './fields.ts';
import { identityOf } from './identity.ts';
import { type ViolationRow, violationLine, type WithheldRow, withheldLine } from './line.ts';
import type { Ruled, SegmentMessage } from './message.ts';
import type { CheckedPlan, Outcome } from './plans/check.ts';
import { openPlans, type PlansInForce } from './plans/inForce.ts';
import { judgeMessage, type Request, withheldRefusal, withheldRow } from './privacy/judge.ts';
import { compileRules, type PropertyRules, putIn } from './privacy/properties.ts';
import { isPersonalKey, maskContacts, withoutPersonal } from './redaction.ts';
import { shorten } from './validate.ts';

export type Admission = {
  consent: WorkspaceConsent;
  rules: PropertyRules | undefined;
  plan: CheckedPlan | undefined;
};

export interface Admissions {
  of(workspace: string): Admission | Promise<Admission>;
  readonly book: ConsentBook;
  readonly plans: PlansInForce;
}

export function openAdmissions(store: Store): Admissions {
  const book = openConsentBook(store);
  const plans = openPlans(store);
  const compiled = new WeakMap<WorkspaceConsent, PropertyRules | undefined>();
  const rulesOf = (consent: WorkspaceConsent): PropertyRules | undefined => {
    if (!compiled.has(consent)) compiled.set(consent, compileRules(consent.privacy.properties, consent.pepper));
    return compiled.get(consent);
  };
  return {
    book,
    plans,
    of: (workspace) => {
      const consent = book.of(workspace);
      const plan = plans.of(workspace);
      if (!(consent instanceof Promise) && !(plan instanceof Promise)) {
        return { consent, rules: rulesOf(consent), plan };
      }
      return Promise.all([consent, plan]).then(([known, inForce]) => ({
        consent: known,
        rules: rulesOf(known),
        plan: inForce,
      }));
    },
  };
}

/** What is noted while the messages of a delivery are let in: of most, nothing. */
export type Notes = {
  choices?: Choice[];
  withheld?: Map<string, WithheldRow>;
  violations?: Map<string, ViolationRow>;
};

/** What is journalled beside the events. */
export function linesOf({ withheld, violations }: Notes): string[] {
  const lines: string[] = [];
  for (const row of withheld?.values() ?? []) lines.push(withheldLine(row));
  for (const row of violations?.values() ?? []) lines.push(violationLine(row));
  return lines;
}

/** A message that may not be stored, or how it is to be. Undefined = as it is. */
export type Admitted = { withheld: true } | { fault: InklingError } | { ruled: Ruled };

/** The message itself is changed where rules take something out of it. */
export function admit(
  { consent, rules, plan }: Admission,
  workspace: string,
  message: SegmentMessage,
  request: Request,
  notes: Notes,
): Admitted | undefined {
  const judgement = judgeMessage(consent, message, request);
  if (judgement) {
    if (judgement.choices.length > 0) notes.choices = [...(notes.choices ?? []), ...judgement.choices];
    if (judgement.withheld) {
      withhold(notes, withheldRow(workspace, judgement.withheld, message, request.receivedAt));
      return { withheld: true };
    }
  }
  if (request.isOwn) return undefined;
  // Held against the plan as it came: a rule would turn what the plan knows into a hash.
  const outcome = plan?.check(message);
  if (outcome && plan) noteViolations(notes, { workspace, version: plan.version, message, request, rules, outcome });
  if (outcome?.fault) return { fault: outcome.fault };
  return rules && { ruled: applyRules(rules, message, request.personal) };
}

/** A faulty message as it may be kept, or undefined when it may not: then it is counted as withheld. */
export function admitRefused(
  { consent, rules }: Admission,
  workspace: string,
  body: unknown,
  request: Request,
  notes: Notes,
): { rules: PropertyRules | undefined } | undefined {
  const message = fieldsOf(body) as unknown as SegmentMessage;
  const withheld = withheldRefusal(consent, message, request);
  if (withheld === undefined) return { rules };
  const kept = { ...withheld, policy: withheld.policy === 'anonymous' ? ('count' as const) : withheld.policy };
  withhold(notes, withheldRow(workspace, kept, message, request.receivedAt));
  return undefined;
}

type Broken = {
  workspace: string;
  version: number;
  message: SegmentMessage;
  request: Request;
  rules: PropertyRules | undefined;
  outcome: Outcome;
};

/** One row for each kind of finding in a delivery, with a sample of it; so a flood of them is a few rows. */
function noteViolations(notes: Notes, { workspace, version, message, request, rules, outcome }: Broken): void {
  notes.violations ??= new Map();
  const { violations } = notes;
  const event = shortText(message.type === 'track' ? message.event : message.name);
  // What is blocked loses nothing by what is only noted, but is noted once.
  for (const { property, problem, detail, place, action, value } of outcome.findings) {
    const key = `${message.type} ${event} ${property} ${problem} ${action}`;
    const before = violations.get(key);
    if (before) {
      before.events += 1;
      continue;
    }
    const isHidden = place.some(isPersonalKey) || rules?.covers(place);
    violations.set(key, {
      workspace,
      at: toClickHouseTime(request.receivedAt),
      plan_version: version,
      type: message.type,
      event,
      property: shortText(property),
      problem,
      action,
      source: request.source || shortText(fieldsOf(fieldsOf(message.context)['library'])['name']) || 'http',
      events: 1,
      detail: maskContacts(shortText(detail)),
      sample: isHidden || value === undefined ? '' : shorten(withoutPersonal(value, 'traits'), 200),
      message_id: textOf(message.messageId),
    });
  }
}

function withhold(notes: Notes, row: WithheldRow): void {
  notes.withheld ??= new Map();
  const { withheld } = notes;
  const key = `${row.category} ${row.reason} ${row.kept} ${row.event}`;
  const before = row.kept === 'anonymous' ? undefined : withheld.get(key);
  if (before) before.events += 1;
  else withheld.set(row.kept === 'anonymous' ? `${key} ${withheld.size}` : key, row);
}

/** Changes the message by the rules, and says whose it is. */
export function applyRules(rules: PropertyRules, message: SegmentMessage, personal: Personal): Ruled {
  const given = rules.apply(message);
  const ids = given.filter(({ place }) => place.length === 1);
  putIn(message, ids);
  // An address that is only hashed or masked still says who it was; one that is dropped does not.
  const { properties, traits, context } = message;
  const details = { properties: fieldsOf(properties), traits: fieldsOf(traits), context: fieldsOf(context) };
  const identity = identityOf(message, details, personal);
  putIn(message, given);
  return { identity, given };
}
