// The site's localStorage under our names, or memory where the browser refuses it: private windows, full disks,
// blocked cookies. Memory is not shared between tabs and ends with the page.

export type Storage = {
  get(name: string): string | null;
  /** A value written as JSON; `otherwise` when there is none that can be read. */
  read<T>(name: string, otherwise: T): T;
  /** False when there is no room. */
  set(name: string, value: string): boolean;
  remove(name: string): void;
  /** Sorted. */
  names(): string[];
};

/** `prefix` keeps several keys on one site apart. */
export function openStorage(prefix: string): Storage {
  const shared = usable();
  const memory = new Map<string, string>();
  const get = (name: string) => (shared ? shared.getItem(prefix + name) : (memory.get(name) ?? null));
  return {
    get,
    read: (name, otherwise) => {
      try {
        return JSON.parse(get(name) ?? '') ?? otherwise;
      } catch {
        return otherwise;
      }
    },
    set: (name, value) => {
      try {
        if (shared) shared.setItem(prefix + name, value);
        else memory.set(name, value);
        return true;
      } catch {
        return false;
      }
    },
    remove: (name) => (shared ? shared.removeItem(prefix + name) : void memory.delete(name)),
    names: () =>
      (shared ? Object.keys(shared) : [...memory.keys()].map((name) => prefix + name))
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length))
        .sort(),
  };
}

function usable(): globalThis.Storage | undefined {
  try {
    const storage = localStorage;
    storage.setItem('inkling', '');
    storage.removeItem('inkling');
    return storage;
  } catch {
    return undefined;
  }
}
