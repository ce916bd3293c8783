// Every failure leaves as a problem document (RFC 9457) that names the field, the value and the remedy. What went
// wrong inside is logged with the request's id; the answer carries only that id.

import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { shorten } from '../collect/index.ts';
import { type ErrorCode, InklingError } from '../errors.ts';
import { answerPage } from './dashboard.ts';

export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  field?: string;
  value?: unknown;
  hint?: string;
  requestId: string;
};

/** `dashboard` is the folder of its built files. */
export function answerWithProblems(
  app: Pick<FastifyInstance, 'setErrorHandler' | 'setNotFoundHandler'>,
  dashboard: string,
): void {
  app.setErrorHandler((error: FastifyError | InklingError, request, reply) => {
    const known = asKnown(error, request.routeOptions.bodyLimit);
    if (known.status >= 500) request.log.error({ err: error }, known.message);
    sendProblem(request, reply, known);
  });
  app.setNotFoundHandler((request, reply) => {
    const page = answerPage(request, reply, dashboard);
    if (page) return page;
    const missing = new InklingError(
      'not_found',
      `There is nothing at ${request.method} ${request.url.split('?')[0]}.`,
      {
        hint: 'The API is described at /docs.',
      },
    );
    return sendProblem(request, reply, missing);
  });
}

/** `more` is added to the document, as RFC 9457 allows. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: InklingError,
  more: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  const { headers, problem } = problemOf(error, String(request.id), more);
  return reply.code(error.status).headers(headers).type(PROBLEM_TYPE).send(problem);
}

export const PROBLEM_TYPE = 'application/problem+json';

/** The document of a failure, and what its answer says beside it. */
export function problemOf(
  error: InklingError,
  requestId: string,
  more: Readonly<Record<string, unknown>> = {},
): { headers: Record<string, string>; problem: Problem } {
  const { code, status, message, field, value, hint } = error;
  const headers: Record<string, string> = {};
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="Inkling", Basic realm="Inkling"';
  if (status === 429 || status === 503) headers['retry-after'] = String(error.retryAfterSeconds ?? 1);
  const problem: Problem = {
    type: `urn:inkling:error:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    code,
    ...(field !== undefined && { field }),
    ...(value !== undefined && { value: shown(value) }),
    ...(hint !== undefined && { hint }),
    ...more,
    requestId,
  };
  return { headers, problem };
}

/** A failure that is none of ours, as one: what went wrong inside is not told. */
export function asKnown(error: unknown, bodyLimit: number): InklingError {
  return error instanceof InklingError ? error : translate(error as FastifyError, bodyLimit);
}

function translate(error: FastifyError, bodyLimit: number): InklingError {
  const [first] = error.validation ?? [];
  if (first) {
    const missing = (first.params as { missingProperty?: string }).missingProperty;
    const path = [...first.instancePath.split('/').slice(1), ...(missing ? [missing] : [])];
    const field = path
      .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
      .join('')
      .replace(/^\./, '');
    const where = error.validationContext === 'body' ? 'The body' : `The ${error.validationContext}`;
    const value = (first as { data?: unknown }).data;
    return new InklingError(
      'invalid_input',
      `${where}${field ? `'s ${field}` : ''} ${first.message ?? 'is not valid'}.`,
      {
        field: field || error.validationContext,
        value: missing ? undefined : value,
        hint: hintFor(first.params),
      },
    );
  }
  const status = error.statusCode ?? 500;
  if (status === 413) {
    return new InklingError('payload_too_large', `The body is larger than ${Math.round(bodyLimit / 1024)} kB.`, {
      hint: 'Send it in smaller parts.',
    });
  }
  if (status === 415) {
    return new InklingError('invalid_input', 'The content type is not one that this endpoint reads.', {
      field: 'content-type',
      hint: 'Send JSON with content-type: application/json.',
    });
  }
  if (status >= 400 && status < 500) {
    return new InklingError('invalid_input', error.message, { hint: 'The API is described at /docs.' });
  }
  return new InklingError('internal', 'Something went wrong here.', {
    hint: 'Try again; if it stays, look for the request id in the log.',
    cause: error,
  });
}

function hintFor(params: unknown): string {
  const { allowedValues, additionalProperty } = params as { allowedValues?: unknown[]; additionalProperty?: string };
  if (allowedValues) return `Use one of ${allowedValues.join(', ')}.`;
  if (additionalProperty) return `Leave out "${additionalProperty}".`;
  return 'The API is described at /docs.';
}

const VALUE_LIMIT = 200;

/** Long values are cut, as text: an answer should not echo a megabyte. */
function shown(value: unknown): unknown {
  const text = shorten(value, VALUE_LIMIT);
  return text.length > VALUE_LIMIT ? text : value;
}
