// The dashboard's built files, looked up anew for every request, so that a build made while the server runs is served
// at once. Addresses that its own router answers get its page.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where `inkling start` builds it. */
export const DASHBOARD_FOLDER = fileURLToPath(new URL('../../ui/dist/', import.meta.url));

export async function serveDashboard(app: Pick<FastifyInstance, 'register'>, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    // File names carry a hash of their content, only the page itself must be asked for each time.
    setHeaders: (reply, path) =>
      reply.header('cache-control', path.endsWith('.html') ? 'no-cache' : 'public, max-age=31536000, immutable'),
  });
}

/** Answers an address of the dashboard's own router; undefined when it is none. */
export function answerPage(
  { method, url }: Pick<FastifyRequest, 'method' | 'url'>,
  reply: FastifyReply,
  folder: string,
): FastifyReply | undefined {
  if (method !== 'GET' || /^\/(api|v1|docs|assets|openapi)/.test(url)) return undefined;
  if (existsSync(join(folder, 'index.html'))) return reply.sendFile('index.html');
  return url === '/' ? reply.type('text/html').send(NOT_BUILT) : undefined;
}

const NOT_BUILT =
  '<p>The dashboard is not built. Run <code>npm start</code>, which builds it. The API is at <a href="/docs">/docs</a>.</p>';
