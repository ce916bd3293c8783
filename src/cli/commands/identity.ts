// `inkling identity`: why somebody is one person, and merging, parting and undoing by hand.

import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { InklingError } from '../../errors.ts';
import {
  type By,
  findProfile,
  identityOf,
  mergePeople,
  type Outcome,
  splitPerson,
  stoppedOf,
  toHexId,
  undoDecision,
  type WeighedPair,
  weighPair,
} from '../../identify/index.ts';
import type { Store } from '../../store/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

type Deciding = PlaceOptions & { reason: string; preview?: boolean };

export function addIdentity(program: Command): void {
  const identity = program.command('identity').description('explain, merge and part people');
  addExplain(identity);
  addWeigh(identity);
  const deciding = (command: Command) =>
    withPlaceOptions(command)
      .requiredOption('--reason <text>', 'why; kept with the decision')
      .option('--preview', 'say only what would be');
  deciding(identity.command('merge <people...>').description('make one person of several')).action(
    (people: string[], options: Deciding) =>
      decide(options, (store, by) => mergePeople(store, by, people, { preview: options.preview })),
  );
  deciding(
    identity
      .command('unmerge <person>')
      .description('take identifiers out of a person, for good')
      .requiredOption('--take <identifiers...>', 'whole identifiers, such as u:42, as explain shows them'),
  ).action((person: string, options: Deciding & { take: string[] }) =>
    decide(options, (store, by) => splitPerson(store, by, person, options.take, { preview: options.preview })),
  );
  deciding(identity.command('undo <decision>').description('undo a decision')).action(
    (decision: string, options: Deciding) =>
      decide(options, (store, by) => undoDecision(store, by, decision, { preview: options.preview })),
  );
}

function addExplain(identity: Command): void {
  withPlaceOptions(
    identity.command('explain <person>').description('the identifiers of a person and what links them'),
  ).action((person: string, options: PlaceOptions) =>
    inPlace(options, async ({ store, workspace }) => {
      const profile = await findProfile(store, workspace.id, person);
      if (profile === undefined) {
        throw new InklingError('not_found', `Nobody in this workspace is known as "${person}".`, {
          field: 'person',
          value: person,
          hint: 'Use a profile id, a user id, an anonymous id or an e-mail address.',
        });
      }
      const { nodes, evidence } = await identityOf(store, workspace.id, profile);
      const stopped = await stoppedOf(store, workspace.id, profile);
      answer(options, { id: toHexId(profile), nodes, evidence, stopped }, () =>
        [
          `Person ${toHexId(profile)}`,
          table(
            ['identifier', 'first seen'],
            nodes.map(({ whole, firstSeenAt }) => [whole, firstSeenAt.toISOString()]),
          ),
          table(
            ['from', 'to', 'by', 'sure', 'since', ''],
            evidence.map(({ a, b, method, confidence, at, revoked }) => [
              ...[a, b, method, confidence.toFixed(2), at.toISOString(), revoked ? 'ended' : ''],
            ]),
          ),
          ...(stopped.length > 0
            ? [
                table(
                  ['not linked', 'to', 'by', 'for'],
                  stopped.map(({ a, b, method, reason }) => [a, b, method, reason]),
                ),
              ]
            : []),
        ].join('\n\n'),
      );
    }),
  );
}

function addWeigh(identity: Command): void {
  withPlaceOptions(
    identity
      .command('weigh <person> <other>')
      .description('weigh two people by names, addresses and days of birth, field by field'),
  ).action((person: string, other: string, options: PlaceOptions) =>
    inPlace(options, async ({ store, workspace }) => {
      const weighed = await weighPair(store, workspace.id, [person, other]);
      answer(options, weighed, () => waterfall(weighed));
    }),
  );
}

function waterfall({ a, b, prior, weights, weight, probability }: WeighedPair): string {
  return [
    `${a} and ${b}: one person with a probability of ${(100 * probability).toFixed(2)} %.`,
    table(
      ['', 'weight'],
      [
        ['Before anything is compared', prior.toFixed(1)],
        ...weights.map(({ words, weight: own }) => [words, own.toFixed(1)]),
        ['In all', weight.toFixed(1)],
      ],
    ),
  ].join('\n\n');
}

function decide(options: Deciding, work: (store: Store, by: By) => Promise<Outcome>): Promise<void> {
  return inPlace(options, async ({ store, workspace }) => {
    const by = {
      workspace: workspace.id,
      actor: `cli:${userInfo().username}`,
      reason: options.reason,
      now: new Date(),
    };
    const { decision, people } = await work(store, by);
    answer(options, { decision, people }, () =>
      [
        decision === null ? 'There would be:' : `Decision ${decision}. There are now:`,
        ...people.map(({ id, identifiers }) => `  ${id}  ${identifiers.join(', ')}`),
      ].join('\n'),
    );
  });
}
