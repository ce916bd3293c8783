// One language, two executors: what ClickHouse answers over everybody and what is kept up live, event by event and by time
// alone, are the same people, for random rules and random lives.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventRow, isMembership } from '../../../src/collect/index.ts';
import {
  compileRules,
  deviantsOf,
  differing,
  membershipSql,
  membersSql,
  openLiveSegments,
  TIMERS_AHEAD_MS,
} from '../../../src/decide/index.ts';
import { readProducts, readSurroundings } from '../../../src/features/index.ts';
import { createWorkspace } from '../../../src/govern/index.ts';
import {
  followBlock,
  mergePeople,
  nodeOf,
  refreshPeople,
  sessionRuleOf,
  undoDecision,
} from '../../../src/identify/index.ts';
import { createRandom } from '../../../src/math/index.ts';
import { DAY_MS, HOUR_MS, toClickHouseTime } from '../../../src/time.ts';
import { openTestStore } from '../../support/store.ts';
import { besideMemberships, mostKinds, passing, randomMoment, randomRow, randomRule } from './random.ts';

const store = await openTestStore();
const { facts } = store;

// Signals have everybody looked at every quarter of an hour, which would hide a timer that comes late: so by themselves.
for (const { seed, timeZone, PEOPLE, RULES, ROUNDS, kinds } of [
  { seed: 1, timeZone: 'Europe/Berlin', PEOPLE: 50, RULES: 40, ROUNDS: 4, kinds: mostKinds },
  {
    seed: 2,
    timeZone: 'America/New_York',
    PEOPLE: 40,
    RULES: 15,
    ROUNDS: 2,
    kinds: ['signal', ...mostKinds.slice(4, 6)],
  },
]) {
  test(`live and batch agree on ${RULES} rules × ${PEOPLE} people at ${ROUNDS * 2} moments [SEG-1] [SEG-6]`, async () => {
    const workspace = `equal-${seed}`;
    const random = createRandom(seed);
    // On the quarter of an hour, at which signals are looked at anew.
    let clock = Date.parse('2026-02-28T21:30:00.000Z');
    await createWorkspace(store, { id: workspace, name: 'Shop', timeZone, now: new Date(clock) });
    const scorings = [clock - 5 * DAY_MS, clock - DAY_MS];
    const allows = (_: string, ids: ReadonlySet<string>) =>
      ![...ids].some((id) => id.startsWith('u:') && Number(id.at(-1)) % 3 === 0);
    const rules = Array.from({ length: RULES }, (_, i) => ({
      id: `s${i}`,
      number: i + 1,
      rule: (kinds === mostKinds && besideMemberships[i]) || randomRule(random.fork(`rule ${i}`), kinds),
    }));
    const around: Parameters<typeof compileRules>[1] = {
      timeZone,
      model: () => ({ id: 'm', scorings }),
      segment: (id) => rules.find((rule) => rule.id === id)?.rule,
      allowsByDefault: () => true,
    };
    const program = compileRules(rules, around);
    const products = await readProducts(store, workspace, new Date(clock));
    const surroundings = await readSurroundings(store, workspace, new Date(clock));
    const live = openLiveSegments(store, {
      workspace,
      context: { program, allows, products, surroundings, sessionRule: await sessionRuleOf(store, workspace) },
      now: () => clock,
    });
    const people = Array.from({ length: PEOPLE }, (_, i) => ({
      anonymousId: `a${i}`,
      userId: `u${Math.floor(i / 2)}`,
    }));
    const anchors = people.flatMap(({ anonymousId, userId }) => [`a:${anonymousId}`, `u:${userId}`]);
    await scoreSome(workspace, scorings, anchors);
    await listSome(workspace, anchors);

    let [compared, asked] = [0, 0];
    const compare = async (when: string) => {
      const nodes = [...new Set(anchors.map(nodeOf))];
      await refreshPeople(store, workspace, nodes, new Date(clock));
      const consent = await deviantsOf(store, { workspace, categories: ['advertising'], allows });
      const batch = await facts.rows<{ profile: string; segments: number[] }>(
        membershipSql(program, { at: clock, consent }),
        { workspace },
      );
      const kept = await facts.rows<{ profile: string; segments: number[] }>(
        `SELECT profile, segments FROM segment_people FINAL WHERE workspace = {workspace:String}`,
        { workspace },
      );
      const liveOf = new Map(kept.map(({ profile, segments }) => [profile, segments]));
      const everybody = new Set([...liveOf.keys(), ...batch.map(({ profile }) => profile)]);
      const batchOf = new Map(batch.map(({ profile, segments }) => [profile, segments]));
      const wrong: string[] = [];
      for (const profile of everybody) {
        const [inBatch, inLive] = [new Set(batchOf.get(profile)), new Set(liveOf.get(profile))];
        for (const { number, rule } of rules) {
          compared += 1;
          if (inBatch.has(number) !== inLive.has(number)) {
            wrong.push(`${profile}: ${inBatch.has(number) ? 'batch' : 'live'} alone has ${JSON.stringify(rule)}`);
          }
        }
      }
      assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} of ${everybody.size * RULES} differ ${when}`);
      assert.ok(batch.length > 0);
      // A rule asked by itself reads events otherwise: some of them each time.
      asked += 1;
      for (const one of rules.filter(({ number }) => number % 8 === asked % 8)) {
        const alone = membersSql(compileRules([one], around), { at: clock, consent });
        const members = await facts.rows<{ profile: string }>(alone, { workspace });
        const expected = batch.filter(({ segments }) => segments.includes(one.number));
        assert.deepEqual(idsIn(members), idsIn(expected), `alone, ${when}: ${JSON.stringify(one.rule)}`);
      }
    };

    let id = 0;
    const taken: EventRow[][] = [];
    const decisions: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const rows = Array.from({ length: round === 0 ? 240 : 60 }, () =>
        randomRow(random, {
          ...{ workspace, person: people[random.int(PEOPLE)], at: randomMoment(random, clock) },
          ...{ receivedAt: new Date(clock), id: `m${id++}`, known: random.uniform() < 0.06 * round },
        }),
      );
      // Memberships of segments lie apart, and are followed by segments alone.
      const done = rows.filter(({ event }) => !isMembership(event));
      const memberships = rows.filter(({ event }) => isMembership(event));
      assert.ok(memberships.length > 0);
      await facts.insert('events', done);
      await facts.insert('membership_events', memberships);
      const { moved } = await followBlock(store, workspace, done, { now: new Date(clock) });
      await live.take(rows);
      if (moved.length > 0) await live.moved(moved);
      // The same block again, as after an answer that was lost.
      if (round % 2 === 1) await live.take(rows);
      taken.push(rows);
      if (round === 2 || round === 4) {
        const by = { workspace, actor: 'test', reason: 'because', now: new Date(clock) };
        const outcome =
          round === 2 ? await mergePeople(store, by, ['a:a1', 'a:a4']) : await undoDecision(store, by, decisions[0]);
        decisions.push(outcome.decision!);
        await live.moved(outcome.moved);
      }
      await compare(`after block ${round}`);
      // Time passes, and nothing happens. Where it is long, everybody is looked at ahead of each step, as a service does.
      const isLong = round === ROUNDS - 1;
      for (const step of isLong ? [2 * HOUR_MS, 2 * HOUR_MS, 26 * HOUR_MS] : [passing[random.int(passing.length)]]) {
        const until = clock + step;
        if (isLong) {
          const asked = { workspace, program, allows, at: until };
          for await (const some of differing(store, asked)) await live.look(some, 'sweep');
        }
        while (live.next() <= until) {
          clock = Math.max(clock, live.next());
          await live.tick();
        }
        clock = until;
        await live.tick();
        // What lies further ahead than timers reach is found by the look that is due by then.
        if (step > TIMERS_AHEAD_MS) {
          for await (const some of differing(store, { workspace, program, allows, at: clock }))
            await live.look(some, 'sweep');
        }
      }
      await compare(`after time alone, ${round}`);
    }
    // Of whom only memberships are known, nobody is known.
    assert.ok(compared >= 0.95 * PEOPLE * RULES * ROUNDS * 2, `${compared} pairs`);
  });
}

const idsIn = (rows: readonly { profile: string }[]) => rows.map(({ profile }) => profile).sort();

async function scoreSome(workspace: string, scorings: readonly number[], anchors: readonly string[]): Promise<void> {
  const random = createRandom('scores');
  const rows = scorings.flatMap((asOf) =>
    anchors.flatMap((anchor) => {
      if (random.uniform() < 0.3) return [];
      const probability = random.int(101) / 100;
      return [
        {
          ...{
            workspace,
            model_id: 'm',
            model_version: 1,
            as_of: toClickHouseTime(asOf),
            profile: String(nodeOf(anchor)),
          },
          ...{ score: Math.round(probability * 100), probability, segment: probability > 0.7 ? 'HIGH' : 'LOW' },
          ...{ confidence: random.int(11) / 10, scored_at: toClickHouseTime(asOf) },
        },
      ];
    }),
  );
  await facts.insert('scores', rows);
}

async function listSome(workspace: string, anchors: readonly string[]): Promise<void> {
  const random = createRandom('lists');
  const rows = ['s1', 's2'].flatMap((segment_id) =>
    anchors.flatMap((anchor, i) => {
      if (random.uniform() < 0.6) return [];
      const verdict = ['include', 'exclude', ''][random.int(3)];
      return [
        {
          workspace,
          segment_id,
          node: String(nodeOf(anchor)),
          verdict,
          confidence: random.int(11) / 10,
          version: i + 1,
        },
      ];
    }),
  );
  await facts.insert('segment_hand', rows);
}
