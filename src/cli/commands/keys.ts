// `inkling keys`: write keys for sites and SDKs, secret keys for the API and the dashboard.

import type { Command } from 'commander';
import { createKey, listKeys, revokeKey } from '../../govern/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('list, create and revoke keys');
  withPlaceOptions(keys.command('list', { isDefault: true }).description('list the keys of a workspace')).action(
    (options: PlaceOptions) =>
      inPlace(options, async ({ store, workspace }) => {
        const found = await listKeys(store, workspace.id);
        answer(options, { keys: found }, () =>
          table(
            ['id', 'kind', 'key', 'label', 'created', 'revoked'],
            found.map((key) => [
              key.id,
              key.kind,
              key.publicKey ?? 'shown once, when it was made',
              key.label,
              key.createdAt.toISOString().slice(0, 10),
              key.revokedAt?.toISOString().slice(0, 10) ?? '',
            ]),
          ),
        );
      }),
  );
  withPlaceOptions(
    keys
      .command('create <kind>')
      .description('make a key: "write" to send events, "secret" for the API and the dashboard')
      .option('--label <text>', 'what the key is for', 'made on the command line'),
  ).action((kind: string, options: PlaceOptions & { label: string }) =>
    inPlace(options, async ({ store, workspace }) => {
      const key = await createKey(store, { workspace: workspace.id, kind, label: options.label, now: new Date() });
      answer(options, key, () => `${key.key}\n${kind === 'secret' ? 'Keep it safe: it is shown only now.' : ''}`);
    }),
  );
  withPlaceOptions(keys.command('revoke <id>').description('a revoked key is refused at once')).action(
    (id: string, options: PlaceOptions) =>
      inPlace(options, async ({ store, workspace }) => {
        await revokeKey(store, { workspace: workspace.id, id, now: new Date() });
        answer(options, { revoked: id }, () => `Revoked ${id}.`);
      }),
  );
}
