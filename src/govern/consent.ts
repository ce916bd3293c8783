// Who allows what. What is known of everybody stands in memory (consentTable.ts), so that the next event after a choice
// is judged by it, and in the state, so that it still is after a restart. Where several processes share the state, each
// looks for the choices of the others every second. A no outweighs a yes; an express choice (a person's answer, or a
// call of the API) is only undone by another.

import { LRUCache } from 'lru-cache';
import { InklingError } from '../errors.ts';
import { remembered, type Store } from '../store/index.ts';
import { SECOND_MS } from '../time.ts';
import { type Choice, recordChoices, type StoredChoices } from './consentLog.ts';
import { type ConsentTable, type Known, openConsentTable } from './consentTable.ts';
import { readPersonal } from './personal.ts';
import { type Privacy, plainName, readPrivacy } from './privacy.ts';
import { hashedValue, pseudonymOf } from './pseudonym.ts';

/** What a message says of consent, as bits of categories. */
export type Said = { known: number; allowed: number; express: boolean };

/** Bits of the categories that are denied, those that are so by a signal or by default alone, and what is news. */
export type Verdict = {
  denied: number;
  signalled: number;
  byDefault: number;
  /** What the message says and was not known; of an answer, all of it. */
  news: Omit<Said, 'express'>;
  newSignals: number;
};

/** The consent of a workspace's people. */
export interface WorkspaceConsent {
  readonly privacy: Privacy;
  readonly pepper: string;
  /** Nobody's choice is known and everything is allowed by default: a message that says nothing need not be judged. */
  isSilent(): boolean;
  /** The bit of a category by any of its names; 0 when it is none. */
  bitOf(name: string): number;
  namesOf(bits: number): string[];
  /** An id as an identifier, as rules that hash ids leave it. */
  identifierOf(field: 'userId' | 'anonymousId', id: string): string;
  judge(identifiers: readonly string[], said: Said | undefined, signals: number): Verdict;
  /** Lets a choice hold at once. It has to be kept afterwards. */
  note(choice: Choice): void;
  /** Resolves when choices that were noted are on disk. */
  keep(choices: readonly Choice[]): Promise<void>;
  /** Both in one. */
  record(choice: Choice): Promise<void>;
  /** Choices under the names of the workspace. Throws `invalid_input` for a category that is none. */
  categoriesOf(choices: Readonly<Record<string, boolean>>): Record<string, boolean>;
  /** Kept choices by category of each identifier that has some. */
  known(identifiers: readonly string[]): Map<string, Known>;
}

export interface ConsentBook {
  of(workspace: string): WorkspaceConsent | Promise<WorkspaceConsent>;
  /** Reads the settings and choices of a workspace anew. */
  renew(workspace: string): Promise<WorkspaceConsent>;
}

const WORKSPACES_AT_MOST = 1000;
const RENEWED_EVERY_MS = SECOND_MS;

export function openConsentBook(store: Store): ConsentBook {
  const open = new LRUCache<string, Ledger>({ max: WORKSPACES_AT_MOST });
  const opening = new Map<string, Promise<Ledger>>();
  const begin = (workspace: string): Promise<Ledger> => {
    const before = opening.get(workspace);
    if (before) return before;
    const former = open.peek(workspace);
    const begun = openLedger(store, workspace, former)
      .then(async (ledger) => {
        // Whoever still held the former one may have recorded something meanwhile.
        await former?.settled().catch(() => {});
        if (former) await ledger.catchUp();
        open.set(workspace, ledger);
        return ledger;
      })
      .finally(() => opening.delete(workspace));
    opening.set(workspace, begun);
    return begun;
  };
  return {
    of: (workspace) => {
      const ledger = opening.get(workspace) ?? open.get(workspace) ?? begin(workspace);
      if (ledger instanceof Promise || store.state.engine === 'embedded') return ledger;
      if (performance.now() - ledger.renewedAt >= RENEWED_EVERY_MS) {
        // Behind the caller's back: an event waits for no look-up. What fails here is tried again with a later event.
        ledger.renewedAt = performance.now();
        ledger.catchUp().then(
          (settingsChanged) => settingsChanged && void begin(workspace).catch(() => {}),
          () => {},
        );
      }
      return ledger;
    },
    renew: async (workspace) => {
      await opening.get(workspace)?.catch(() => {});
      return begin(workspace);
    },
  };
}

type Ledger = WorkspaceConsent & {
  renewedAt: number;
  /** Takes in what others have recorded; whether the settings are other ones now. */
  catchUp(): Promise<boolean>;
  settled(): Promise<void>;
};

/** Identifiers whose pseudonyms need not be worked out again. */
const REMEMBERED = 50_000;
const PAGE = 20_000;
/** Transactions may commit in another order than they began in. */
const OVERLAP_SECONDS = 10;

async function openLedger(store: Store, workspace: string, before?: Ledger): Promise<Ledger> {
  await before?.settled().catch(() => {});
  const renewedAt = performance.now();
  const { pepper } = before ?? (await readPersonal(store, workspace));
  const privacy = await readPrivacy(store.state, workspace);
  const bits = bitsOf(privacy);
  const hashed = new Set(privacy.properties.filter(({ action }) => action === 'hash').map(({ path }) => path));
  const table = openConsentTable();
  let changedAt = await fill(store, workspace, table, bits);
  const subjects = new Map<string, Known | null>();
  let underWay: Promise<unknown> = Promise.resolve();
  /** Choices that hold and are not kept yet: until they are, memory knows better than the state. */
  let unkept = 0;
  let kept: StoredChoices[] = [];

  const find = (identifier: string): Known | null => {
    const known = subjects.get(identifier);
    if (known !== undefined) return known;
    const found = table.get(pseudonymOf(pepper, identifier)) ?? null;
    if (subjects.size >= REMEMBERED) subjects.clear();
    subjects.set(identifier, found);
    return found;
  };
  const take = (rows: readonly StoredChoices[]) => {
    for (const { subject, choices } of rows) table.set(subject, bits.pack(choices));
    if (rows.length > 0) subjects.clear();
  };
  const byDefault = privacy.categories.reduce(
    (all, { byDefault: it }, i) => (it === 'denied' ? all | (1 << i) : all),
    0,
  );

  const note = ({ identifiers, choices, express }: Choice) => {
    unkept += 1;
    const said = bits.read(choices);
    for (const identifier of identifiers) {
      const known = merged(find(identifier), said, express);
      table.set(pseudonymOf(pepper, identifier), known);
      subjects.set(identifier, known);
    }
  };
  const keep = (choices: readonly Choice[]) => {
    const keeping = recordChoices(store, { workspace, pepper, choices })
      .then((rows) => void kept.push(...rows))
      .finally(() => {
        unkept -= choices.length;
        if (unkept > 0) return;
        take(kept);
        kept = [];
      });
    underWay = Promise.allSettled([underWay, keeping]);
    return keeping;
  };
  return {
    privacy,
    pepper,
    renewedAt,
    isSilent: () => table.size === 0 && byDefault === 0,
    bitOf: bits.of,
    namesOf: (some) => privacy.categories.filter((_, i) => some & (1 << i)).map(({ name }) => name),
    identifierOf: (field, id) => `${field[0]}:${hashed.has(field) ? hashedValue(pepper, id) : id}`,
    judge: (identifiers, said, signals) => {
      const known = table.size === 0 ? [] : identifiers.map(find);
      return judge(known, said, signals, byDefault);
    },
    note,
    keep,
    record: (choice) => {
      note(choice);
      return keep([choice]);
    },
    categoriesOf: (choices) =>
      Object.fromEntries(
        Object.entries(choices).map(([name, allowed]) => {
          const category = privacy.categories.find((one) => bits.of(one.name) === bits.of(name));
          if (category) return [category.name, allowed];
          throw new InklingError('invalid_input', `"${name}" is no category of consent here.`, {
            field: 'choices',
            value: name,
            hint: `Use ${privacy.categories.map((one) => one.name).join(', ')}, or one of their other names.`,
          });
        }),
      ),
    known: (identifiers) =>
      new Map(identifiers.flatMap((one) => (find(one) === null ? [] : [[one, find(one)!] as const]))),
    settled: async () => void (await underWay),
    catchUp: async () => {
      const found = await store.state.query<StoredChoices & { changed_at: Date }>(
        `SELECT subject, choices, changed_at FROM consent WHERE workspace = $1 AND changed_at > $2 ORDER BY changed_at`,
        [workspace, new Date(changedAt.getTime() - OVERLAP_SECONDS * SECOND_MS)],
      );
      if (unkept === 0) {
        take(found.filter((row) => !isAsKnown(table, row, bits)));
        changedAt = found.at(-1)?.changed_at ?? changedAt;
      }
      return (await readPrivacy(store.state, workspace)).revision !== privacy.revision;
    },
  };
}

/** When the last of them was recorded. */
async function fill({ state }: Store, workspace: string, table: ConsentTable, bits: Bits): Promise<Date> {
  let after = '';
  let last = new Date(0);
  for (;;) {
    const page = await state.query<StoredChoices & { changed_at: Date }>(
      'SELECT subject, choices, changed_at FROM consent WHERE workspace = $1 AND subject > $2 ORDER BY subject LIMIT $3',
      [workspace, after, PAGE],
    );
    for (const { subject, choices, changed_at } of page) {
      table.set(subject, bits.pack(choices));
      if (changed_at > last) last = changed_at;
    }
    if (page.length < PAGE) return last;
    after = page.at(-1)!.subject;
  }
}

function isAsKnown(table: ConsentTable, { subject, choices }: StoredChoices, bits: Bits): boolean {
  const before = table.get(subject);
  const { known, allowed, express } = bits.pack(choices);
  return before?.known === known && before.allowed === allowed && before.express === express;
}

type Bits = {
  of(name: string): number;
  read(choices: Readonly<Record<string, boolean>>): { known: number; allowed: number };
  pack(choices: StoredChoices['choices']): Known;
};

const NAMES_REMEMBERED = 1000;

function bitsOf({ categories }: Privacy): Bits {
  const byName = new Map<string, number>();
  for (const [index, { name, aliases }] of categories.entries()) {
    for (const one of [name, ...aliases]) byName.set(plainName(one), 1 << index);
  }
  const of = remembered<number>(NAMES_REMEMBERED, (name) => byName.get(plainName(name)) ?? 0);
  return {
    of,
    read: (choices) => {
      let known = 0;
      let allowed = 0;
      for (const name in choices) {
        known |= of(name);
        if (choices[name]) allowed |= of(name);
      }
      return { known, allowed };
    },
    pack: (choices) => {
      const packed = { known: 0, allowed: 0, express: 0 };
      for (const [name, { allowed, express }] of Object.entries(choices)) {
        const bit = of(name);
        packed.known |= bit;
        if (allowed) packed.allowed |= bit;
        if (express) packed.express |= bit;
      }
      return packed;
    },
  };
}

function merged(before: Known | null, said: { known: number; allowed: number }, express: boolean): Known {
  const rest = ~said.known;
  return {
    known: (before?.known ?? 0) | said.known,
    allowed: ((before?.allowed ?? 0) & rest) | (said.allowed & said.known),
    express: ((before?.express ?? 0) & rest) | (express ? said.known : 0),
  };
}

function judge(known: readonly (Known | null)[], said: Said | undefined, signals: number, byDefault: number): Verdict {
  let no = 0;
  let expressNo = 0;
  let yes = 0;
  let expressYes = 0;
  /** What every identifier is known to deny, or to allow: nothing of it is news. */
  let noOfAll = known.length > 0 ? -1 : 0;
  let yesOfAll = noOfAll;
  for (const one of known) {
    const denied = one === null ? 0 : one.known & ~one.allowed;
    const allowed = one === null ? 0 : one.known & one.allowed;
    no |= denied;
    yes |= allowed;
    noOfAll &= denied;
    yesOfAll &= allowed;
    if (one !== null) {
      expressNo |= denied & one.express;
      expressYes |= allowed & one.express;
    }
  }
  const saidNo = said === undefined ? 0 : said.known & ~said.allowed;
  const saidYes = said === undefined ? 0 : said.known & said.allowed;
  // An express choice replaces what was known; another one may only lift a no that was not express.
  const stillNo = said?.express ? no & ~said.known : expressNo | (no & ~saidYes);
  const heeded = signals & ~expressYes & ~(said?.express ? saidYes : 0);
  const denied = stillNo | saidNo | heeded;
  const unknown = byDefault & ~denied & ~saidYes & ~(yes & ~no);
  const newYes = saidYes & ~stillNo & ~heeded & (no | byDefault) & ~yesOfAll;
  return {
    denied: denied | unknown,
    signalled: heeded & ~saidNo & ~stillNo,
    byDefault: unknown,
    news: said?.express
      ? { known: said.known, allowed: saidYes }
      : { known: (saidNo & ~noOfAll) | newYes, allowed: newYes },
    newSignals: heeded & ~saidNo & ~noOfAll,
  };
}
