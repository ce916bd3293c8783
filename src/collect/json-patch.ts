// JSON Patch: a list of changes to a JSON value, each at a place that a JSON Pointer names. The value that is given
// stays as it is. Standards: RFC 6902 (patch), RFC 6901 (pointer).

import { isDeepStrictEqual } from 'node:util';
import { InklingError } from '../errors.ts';

export type PatchOperation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: unknown }
  | { op: 'remove'; path: string }
  | { op: 'move' | 'copy'; path: string; from: string };

/** The value after every change, in their order. Throws `invalid_input` at the first that cannot be made. */
export function applyPatch(value: unknown, patch: readonly PatchOperation[]): unknown {
  // A holder makes the whole value a member like any other.
  const holder = { '': structuredClone(value) };
  for (const [index, operation] of patch.entries()) apply(holder, operation, `patch[${index}]`);
  return holder[''];
}

function apply(holder: object, operation: PatchOperation, field: string): void {
  const place = placeOf(holder, operation.path, `${field}.path`);
  switch (operation.op) {
    case 'add':
      insert(place, structuredClone(operation.value));
      break;
    case 'replace':
      present(place);
      put(place, structuredClone(operation.value));
      break;
    case 'remove':
      take(place);
      break;
    case 'copy':
      insert(place, structuredClone(present(placeOf(holder, operation.from, `${field}.from`))));
      break;
    case 'move':
      move(holder, operation, place, field);
      break;
    case 'test':
      if (isDeepStrictEqual(present(place), operation.value)) break;
      throw refused(place.field, operation.path, 'holds another value', 'The test of the patch fails here.');
  }
}

function move(holder: object, { from, path }: { from: string; path: string }, to: Place, field: string): void {
  if (path.startsWith(`${from}/`))
    throw refused(`${field}.path`, path, 'lies within what is moved', 'Move it elsewhere.');
  const source = placeOf(holder, from, `${field}.from`);
  const moved = present(source);
  take(source);
  insert(to, moved);
}

/** A member of an object or list that is there; the member itself may be absent. */
type Place = { parent: Record<string, unknown> | unknown[]; key: string; path: string; field: string };

function placeOf(holder: object, path: string, field: string): Place {
  if (path !== '' && !path.startsWith('/')) throw refused(field, path, 'is no JSON Pointer', 'Begin it with a slash.');
  const keys = path.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  let parent: unknown = holder;
  for (const key of keys.slice(0, -1)) parent = memberOf(parent, key);
  const key = keys.at(-1)!;
  if (typeof parent !== 'object' || parent === null || key === '__proto__') {
    throw refused(field, path, 'names a place that is not there', 'Add what lies around it first.');
  }
  return { parent: parent as Place['parent'], key, path, field };
}

function memberOf(parent: unknown, key: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) return undefined;
  return (parent as Record<string, unknown>)[key];
}

function present({ parent, key, path, field }: Place): unknown {
  if (Object.hasOwn(parent, key) && !(Array.isArray(parent) && !isIndex(key))) return memberOf(parent, key);
  throw refused(field, path, 'names a place that is not there', 'Look at the message as it was kept.');
}

function insert(place: Place, value: unknown): void {
  const { parent, key, path, field } = place;
  if (!Array.isArray(parent)) {
    put(place, value);
    return;
  }
  const index = key === '-' ? parent.length : isIndex(key) ? Number(key) : Number.NaN;
  if (!(index <= parent.length)) throw refused(field, path, 'is no place in a list', 'Use an index, or - for its end.');
  parent.splice(index, 0, value);
}

function put({ parent, key }: Place, value: unknown): void {
  (parent as Record<string, unknown>)[key] = value;
}

function take(place: Place): void {
  present(place);
  const { parent, key } = place;
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

function isIndex(key: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(key);
}

function refused(field: string, path: string, problem: string, hint: string): InklingError {
  return new InklingError('invalid_input', `${field} ("${path}") ${problem}.`, { field, value: path, hint });
}
