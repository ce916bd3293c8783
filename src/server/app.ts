// The HTTP application: one Fastify instance, one route file per room (routes/index.ts), schemas that validate what
// comes in and describe it in OpenAPI at once, and every failure as a problem document.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyCors from '@fastify/cors';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import type { Intake } from '../collect/index.ts';
import type { KeyRing } from '../govern/index.ts';
import type { Store } from '../store/index.ts';
import { answerWithProblems } from './problems.ts';
import { routes } from './routes/index.ts';

/** What a route may use. */
export type ServerContext = {
  store: Store;
  keys: KeyRing;
  /** Where messages come in. */
  intake: Intake;
  now(): Date;
};

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A route file: adds what it answers. */
export type Routes = (app: App, context: ServerContext) => void;

export type AppOptions = { logLevel: string };

const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
const dashboard = fileURLToPath(new URL('../../ui/dist/', import.meta.url));

export async function buildApp(context: ServerContext, { logLevel }: AppOptions): Promise<App> {
  const app = fastify({
    logger: logLevel === 'silent' ? false : { level: logLevel, serializers: { req: describeRequest } },
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: () => crypto.randomUUID(),
    // One wrong field at a time would make people send the same request ten times.
    ajv: { customOptions: { allErrors: true, removeAdditional: false, verbose: true } },
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>();
  answerWithProblems(app);
  await app.register(fastifyCors, { delegator: (request, done) => done(null, corsFor(request.url)) });
  await app.register(fastifySwagger, { openapi: openapi() });
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', theme: { title: 'Inkling API' } });
  for (const add of routes) app.register(async (scope) => add(scope as App, context));
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  await serveDashboard(app);
  return app;
}

/** The route's pattern, for addresses hold identifiers of people; no headers, for they hold keys; no address of the caller. */
function describeRequest(request: FastifyRequest): { method: string; route: string } {
  return { method: request.method, route: request.routeOptions?.url ?? 'none' };
}

/** Browsers may send events from any site; everything else is same-origin. */
function corsFor(url: string | undefined) {
  return url?.startsWith('/v1/')
    ? {
        origin: true,
        methods: ['POST'],
        allowedHeaders: ['content-type', 'authorization', 'x-write-key'],
        maxAge: 86_400,
      }
    : { origin: false };
}

async function serveDashboard(app: App): Promise<void> {
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

function openapi() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Inkling',
      version: '0.1.0',
      description: 'What people are about to do, why, and what to do about it.',
      license: { name: 'MIT' },
    },
    components: {
      securitySchemes: {
        secretKey: { type: 'http' as const, scheme: 'bearer', description: 'A secret key, sk_…' },
        writeKey: {
          type: 'http' as const,
          scheme: 'basic',
          description: 'A write key, wk_…, as user name; no password.',
        },
      },
    },
  };
}
