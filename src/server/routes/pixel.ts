// Events from where no script runs: Segment's pixel. The answer is always its image, so that no letter shows a broken
// one, under an honest status: 200 only for what is on disk.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { messageTypes } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { messageOfPixel, PIXEL } from '../receiving/pixel.ts';
import { receiverOf } from '../receiving/receive.ts';

const Pixel = Type.Object({
  data: Type.Optional(
    Type.String({ description: 'Base64 of the message with its writeKey; without it the fields stand in the query.' }),
  ),
});

export const addPixelRoutes: Routes = (app, context) => {
  const checkKey = requireKey(context, 'write');
  const receive = receiverOf(context);
  app.setErrorHandler((error, request, reply) => {
    const status = error instanceof InklingError ? error.status : 500;
    if (status >= 500) request.log.error({ err: error }, 'A pixel was not taken');
    const wait = error instanceof InklingError ? error.retryAfterSeconds : undefined;
    if (status === 429 || status === 503) reply.header('retry-after', String(wait ?? 1));
    return answer(reply, status);
  });
  for (const type of messageTypes) {
    app.get(
      `/v1/pixel/${type}`,
      {
        preHandler: [readMessage, checkKey],
        // Whoever only asks whether there is an image has not seen it.
        exposeHeadRoute: false,
        schema: {
          tags: ['collect'],
          summary: `An image whose address is a message: ${type}`,
          description: 'Answers a transparent GIF of 1 × 1, with 200 when the message is on disk.',
          querystring: Pixel,
        },
      },
      async (request, reply) => {
        const { faults } = await receive(request, [request.body], { type });
        return answer(reply, faults.length > 0 ? faults[0].error.status : 200);
      },
    );
  }
};

async function readMessage(request: FastifyRequest): Promise<void> {
  request.body = messageOfPixel(request.query as Record<string, unknown>);
}

function answer(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type('image/gif').send(PIXEL);
}
