// Bodies as they come in: JSON whatever their content type says, because beacons send text/plain; plain, or packed with
// gzip, deflate or brotli. The limit holds for what is inside, so that a small body cannot unfold into a large one.

import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { BATCH_LIMIT_BYTES } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import type { App } from '../context.ts';

/** The routes of this scope read any body as JSON; who checks it is the intake. */
export function readAnythingAsJson(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = String(request.headers['content-encoding'] ?? 'identity').toLowerCase();
    if (encoding === 'identity') return attempt(() => parse(body as Buffer), done);
    unpack(request, body as Buffer, encoding).then((bytes) => attempt(() => parse(bytes), done), done);
  });
  app.setValidatorCompiler(() => (value) => ({ value }));
}

/** The routes of this scope get any body as its unpacked bytes. */
export function readBytes(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = String(request.headers['content-encoding'] ?? 'identity').toLowerCase();
    if (encoding === 'identity') return done(null, body);
    unpack(request, body as Buffer, encoding).then((bytes) => done(null, bytes), done);
  });
}

/** A JSON text as a value. Throws `invalid_input` that shows where it begins to be none. */
export function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new InklingError('invalid_input', `The body is not JSON: ${(error as Error).message}.`, {
      field: 'body',
      value: bytes.toString('utf8', 0, 100),
      cause: error,
      hint: 'Send one JSON object, plain or with content-encoding gzip, deflate or br; form encodings are not read.',
    });
  }
}

function attempt(read: () => unknown, done: (error: Error | null, body?: unknown) => void): void {
  try {
    done(null, read());
  } catch (error) {
    done(error as Error);
  }
}

const unpackers = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
] as [string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>][]);

async function unpack(request: FastifyRequest, body: Buffer, encoding: string): Promise<Buffer> {
  const unpacker = unpackers.get(encoding);
  if (!unpacker) {
    throw new InklingError('invalid_input', `The content encoding "${encoding}" is not read here.`, {
      field: 'content-encoding',
      value: encoding,
      hint: 'Send the body plain or packed with gzip, deflate or br.',
    });
  }
  const limit = request.routeOptions.bodyLimit ?? BATCH_LIMIT_BYTES;
  try {
    return await unpacker(body, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new InklingError('payload_too_large', `The unpacked body is larger than ${limit / 1024} kB.`, {
        field: 'body',
        hint: 'Send it in smaller parts.',
      });
    }
    throw new InklingError('invalid_input', `The body is not ${encoding}: ${(error as Error).message}.`, {
      field: 'content-encoding',
      value: encoding,
      cause: error,
      hint: 'Name the encoding that the body is packed with, or send it plain.',
    });
  }
}
