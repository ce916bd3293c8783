// Speaks to the server: one function that sends the key, reads JSON, and turns every failure — a problem document,
// a page that is not JSON, no answer at all — into one ApiError that carries title, detail and hint.

import type { Problem } from './api.ts';
import { currentKey } from './session.ts';

export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

export type Query = Record<string, string | number | null | undefined>;

export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return call<T>('GET', path + queryString(query), undefined, signal);
}

/** A file, such as an export. */
export async function getBlob(path: string, query: Query = {}): Promise<Blob> {
  return (await ask('GET', path + queryString(query))).blob();
}

/** Server-sent events: each one's data, for as long as the server speaks and the signal lets it. */
export async function* events<T>(path: string, query: Query, signal: AbortSignal): AsyncGenerator<T> {
  const response = await ask('GET', path + queryString(query), undefined, signal);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    const whole = (text + part.value).split('\n\n');
    text = whole.pop() ?? '';
    for (const event of whole) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data) yield JSON.parse(data) as T;
    }
  }
}

export function post<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
  return call<T>('POST', path, body, signal);
}

export function patch<T>(path: string, body: object): Promise<T> {
  return call<T>('PATCH', path, body);
}

/** Puts or patches; with the revision that it rests on where there is one, so that nobody writes over the work of another. */
export function write<T>(
  method: 'PUT' | 'PATCH' | 'POST',
  path: string,
  body: object | undefined,
  revision?: number,
): Promise<T> {
  return call<T>(method, path, body, undefined, revision === undefined ? {} : { 'if-match': `"${revision}"` });
}

export function remove(path: string): Promise<null> {
  return call<null>('DELETE', path);
}

/** `{ a: 1, b: '' }` → `?a=1`; empty and unknown values are left out. */
export function queryString(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

type Headers = Record<string, string>;

async function call<T>(method: string, path: string, body?: object, signal?: AbortSignal, more?: Headers): Promise<T> {
  const response = await ask(method, path, body, signal, more);
  const answer: unknown = await response.json().catch(() => null);
  if (answer === null && response.status !== 204) throw new ApiError(notJson(path, response));
  return answer as T;
}

/** An answer that is well; anything else is thrown. */
async function ask(
  method: string,
  path: string,
  body?: object,
  signal?: AbortSignal,
  more: Headers = {},
): Promise<Response> {
  const headers: Headers = { authorization: `Bearer ${currentKey() ?? ''}`, ...more };
  if (body) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(unreachable());
  }
  if (!response.ok) throw new ApiError(asProblem(await response.json().catch(() => null), response));
  return response;
}

function unreachable(): Problem {
  return {
    type: 'about:blank',
    title: 'The server does not answer',
    status: 0,
    detail: 'The request got no reply. Nothing that was collected is lost.',
    code: 'unavailable',
    hint: 'Start it with `npm start` and load this page again.',
  };
}

function notJson(path: string, response: Response): Problem {
  return {
    type: 'about:blank',
    title: 'The answer is not JSON',
    status: response.status,
    detail: `${path} answered with something that is not JSON.`,
    code: 'internal',
    hint: 'Check that the address belongs to Inkling and that no proxy rewrites it.',
  };
}

function asProblem(answer: unknown, response: Response): Problem {
  if (answer && typeof answer === 'object' && 'title' in answer) return answer as Problem;
  return {
    type: 'about:blank',
    title: `The server answered ${response.status}`,
    status: response.status,
    detail: response.statusText,
    code: 'internal',
    hint: 'The log of the server says more.',
  };
}
