// Who was it? A deterministic graph of identifiers, resolved as of any moment.

export { type Method, methods } from './evidence.ts';
export { fromHexId, nodeOf, toHexId } from './node.ts';
export {
  identityMapSql,
  inPart,
  type ProfilePart,
  type ResolvedEvents,
  resolvedEventsSql,
} from './people.ts';
export { type Resolution, type ResolveOptions, resolveAll } from './resolve.ts';
export { conversionEvents, outsideVisits, SESSION_GAP_MS } from './visit.ts';
