// Blobs: model files and other things too large for a row, by key, in a folder. A write is complete or absent: it
// goes aside first, is synced, and is renamed into place.

import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { InklingError } from '../errors.ts';

export interface Blobs {
  put(key: string, body: string | Uint8Array): Promise<void>;
  get(key: string): Promise<Buffer | undefined>;
  remove(key: string): Promise<void>;
}

export function openBlobs(folder: string): Blobs {
  const place = (key: string) => {
    const path = normalize(key);
    if (path.startsWith('..') || path.startsWith('/')) {
      throw new InklingError('invalid_input', `The blob key "${key}" leaves the folder.`, { field: 'key', value: key });
    }
    return join(folder, path);
  };
  return {
    put: async (key, body) => {
      const file = place(key);
      await mkdir(dirname(file), { recursive: true });
      const aside = `${file}.${process.pid}.part`;
      const handle = await open(aside, 'w');
      try {
        await handle.writeFile(body);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(aside, file);
    },
    get: (key) =>
      readFile(place(key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }),
    remove: (key) => rm(place(key), { force: true }),
  };
}
