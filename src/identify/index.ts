// Who was it? A deterministic graph of identifiers, resolved as of any moment.

export {
  identityMapSql,
  inPart,
  type ProfilePart,
  type ResolvedEvents,
  resolvedEventsSql,
} from './people.ts';
export { outsideVisits, SESSION_GAP_MS } from './visit.ts';
