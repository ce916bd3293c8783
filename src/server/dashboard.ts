// The dashboard's built files, and which addresses are pages that its own router answers.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const dashboard = fileURLToPath(new URL('../../ui/dist/', import.meta.url));

/** Serves ui/dist; where it was not built, a page that says how. */
export async function serveDashboard(app: Pick<FastifyInstance, 'get' | 'register'>): Promise<void> {
  if (!existsSync(`${dashboard}index.html`)) {
    app.get('/', { schema: { hide: true } }, (_, reply) =>
      reply
        .type('text/html')
        .send(
          '<p>The dashboard is not built. Run <code>npm start</code>, which builds it. The API is at <a href="/docs">/docs</a>.</p>',
        ),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: dashboard,
    wildcard: false,
    // File names carry a hash of their content, only the page itself must be asked for each time.
    setHeaders: (reply, path) =>
      reply.header('cache-control', path.endsWith('.html') ? 'no-cache' : 'public, max-age=31536000, immutable'),
  });
}

/** True for an address that the dashboard's own router answers. */
export function isPage(method: string, url: string): boolean {
  return method === 'GET' && !/^\/(api|v1|docs|assets|openapi)/.test(url) && existsSync(`${dashboard}index.html`);
}
