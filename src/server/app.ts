// The HTTP application: one Fastify instance, one route file per room (routes/index.ts), schemas that validate what
// comes in and describe it in OpenAPI at once, and every failure as a problem document.

import fastifyCors from '@fastify/cors';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyRequest } from 'fastify';
import { version } from '../version.ts';
import type { App, ServerContext } from './context.ts';
import { serveDashboard } from './dashboard.ts';
import { answerWithProblems } from './problems.ts';
import { routes } from './routes/index.ts';

export type AppOptions = {
  logLevel: string;
  /** Folder of the built dashboard. */
  dashboard: string;
};

const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

export async function buildApp(context: ServerContext, { logLevel, dashboard }: AppOptions): Promise<App> {
  const app = fastify({
    logger: logLevel === 'silent' ? false : { level: logLevel, serializers: { req: describeRequest } },
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: () => crypto.randomUUID(),
    // `verbose` keeps the offending value, which the problem document shows.
    ajv: { customOptions: { removeAdditional: false, verbose: true } },
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>();
  answerWithProblems(app, dashboard);
  await app.register(fastifyCors, { delegator: (request, done) => done(null, corsFor(request.url)) });
  await app.register(fastifySwagger, { openapi: openapi() });
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', theme: { title: 'Inkling API' } });
  app.addHook('onResponse', (request, reply, done) => {
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    context.numbers.answers.observe(reply.elapsedTime / 1000, request.routeOptions.url ?? 'none', status);
    done();
  });
  for (const add of routes) app.register(async (scope) => add(scope as App, context));
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  await serveDashboard(app, dashboard);
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
        // What of this an answer to a post carries, the quick lane writes as well (quickLane.ts).
        origin: true,
        methods: ['GET', 'POST'],
        // Beacons with a JSON body are sent with credentials, of which there are none here.
        allowedHeaders: ['content-type', 'content-encoding', 'authorization', 'x-write-key', ...rudderStackHeaders],
        exposedHeaders: ['retry-after'],
        credentials: true,
        maxAge: 86_400,
      }
    : { origin: false };
}

/** What RudderStack's browser library says of a message and of sending it again. */
const rudderStackHeaders = [
  'anonymousid',
  'sentat',
  'rsa-retry-attempt',
  'rsa-retry-reason',
  'rsa-since-first-attempt',
  'rsa-since-last-attempt',
  'rsa-recovered',
];

function openapi() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Inkling',
      version,
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
