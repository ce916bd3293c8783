// The browser SDK, at the address that a page's script element names. Built from sdk/browser; read anew when it was
// built anew, so that a build made while the server runs is served at once.

import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { InklingError } from '../../errors.ts';
import type { Routes } from '../context.ts';

/** Where `inkling start` builds it. */
const BUILT = fileURLToPath(new URL('../../../sdk/browser/dist/sdk.js', import.meta.url));

export const addSdkRoutes: Routes = (app) => {
  const latest = openBuilt(BUILT);

  app.get('/sdk.js', { schema: { tags: ['collect'], summary: 'The browser SDK' } }, (request, reply) => {
    const { plain, zipped, version } = latest();
    const mayZip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    reply.headers({
      'content-type': 'text/javascript; charset=utf-8',
      // Pages of any site may load it, also with `crossorigin`.
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=3600, stale-while-revalidate=86400',
      etag: version,
      vary: 'accept-encoding',
    });
    if (request.headers['if-none-match'] === version) return reply.code(304).send();
    return mayZip ? reply.header('content-encoding', 'gzip').send(zipped) : reply.send(plain);
  });
};

type Built = { plain: Buffer; zipped: Buffer; version: string };

/** Reads a built file again only when it has changed. Throws `not_found` when it is not built. */
function openBuilt(path: string): () => Built {
  let known: Built | undefined;
  return () => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) {
      throw new InklingError('not_found', 'The browser SDK is not built.', { hint: 'npm start builds it.' });
    }
    const version = `"${Math.round(found.mtimeMs).toString(36)}-${found.size.toString(36)}"`;
    if (known?.version !== version) {
      const plain = readFileSync(path);
      known = { plain, zipped: gzipSync(plain, { level: 9 }), version };
    }
    return known;
  };
}
