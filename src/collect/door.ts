// What a workspace sets at its door: how fast its keys may send, and where programs come from. Kept as one setting in the
// state, and remembered for a few seconds, since it is asked for with every request.

import { LRUCache } from 'lru-cache';
import { InklingError } from '../errors.ts';
import { readSetting, type Store, writeSetting } from '../store/index.ts';
import { SECOND_MS } from '../time.ts';
import { type IsHosted, openHosting } from './hosting.ts';
import type { Refill } from './throttle.ts';

/** How many events a key may send: on average, and at once after a pause. */
export type Rate = { eventsPerSecond: number; burst: number };

export type Door = Rate & {
  /** Rates of single keys by their id (`key_…`); they stand instead of the workspace's. */
  keys: Readonly<Record<string, Rate>>;
  /** Addresses of hosting providers, where people seldom sit: `192.0.2.0/24`. */
  hostingRanges: readonly string[];
};

/** Absent = stays as it is; null = back to the default. */
export type DoorChange = { [Field in keyof Door]?: Door[Field] | null };

/** Generous: they stop a client that runs wild, not one that is busy. */
export const defaultDoor: Door = {
  eventsPerSecond: 100_000,
  burst: 1_000_000,
  keys: {},
  hostingRanges: [],
};

/** A door, with what its settings mean ready for use. */
export type OpenDoor = Door & { isHosted: IsHosted | undefined };

export interface Doors {
  of(workspace: string): OpenDoor | Promise<OpenDoor>;
  /** Changes what is given and returns what then holds. */
  change(workspace: string, change: DoorChange, now: Date): Promise<Door>;
}

const WORKSPACES_LIMIT = 10_000;
const SETTING = 'door';

export function openDoors(store: Store, rememberSeconds = 5): Doors {
  const remembered = new LRUCache<string, OpenDoor>({ max: WORKSPACES_LIMIT, ttl: rememberSeconds * SECOND_MS });
  const stored = async (workspace: string) => (await readSetting<Partial<Door>>(store, workspace, SETTING)) ?? {};
  const read = async (workspace: string) => {
    const settings = { ...defaultDoor, ...(await stored(workspace)) };
    const door = { ...settings, isHosted: openHosting(settings.hostingRanges) };
    remembered.set(workspace, door);
    return door;
  };
  return {
    of: (workspace) => remembered.get(workspace) ?? read(workspace),
    change: async (workspace, change, now) => {
      checkChange(change);
      const merged = { ...(await stored(workspace)), ...change };
      const value = Object.fromEntries(Object.entries(merged).filter(([, field]) => field !== null));
      await writeSetting(store, { workspace, name: SETTING, value, now });
      remembered.delete(workspace);
      return { ...defaultDoor, ...value };
    },
  };
}

/** How the bucket of a key fills; a token is an event. */
export function refillOf(door: Door, key: string): Refill {
  const { eventsPerSecond, burst } = Object.hasOwn(door.keys, key) ? door.keys[key] : door;
  return { perSecond: eventsPerSecond, burst };
}

function checkChange({ eventsPerSecond, burst, keys, hostingRanges }: DoorChange): void {
  openHosting(hostingRanges ?? []);
  checkRate('', { eventsPerSecond, burst });
  for (const [key, rate] of Object.entries(keys ?? {})) checkRate(`keys.${key}.`, rate);
}

function checkRate(path: string, rate: { [Field in keyof Rate]?: number | null }): void {
  for (const field of ['eventsPerSecond', 'burst'] as const) {
    const value = rate[field];
    if (value === undefined || value === null || (Number.isFinite(value) && value >= 1)) continue;
    throw new InklingError('invalid_input', `${path}${field} (${value}) is not a rate.`, {
      field: `${path}${field}`,
      value,
      hint: 'Use a number of events from 1 upwards, or null for the default.',
    });
  }
}
