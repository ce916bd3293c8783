// Who was it? A deterministic graph of identifiers, resolved as of any moment.

export { type CarriedMethod, carriedMethods, type Method, methods } from './evidence.ts';
export { type Followed, type FollowedRow, followBlock } from './follow.ts';
export { type Follower, type FollowerOptions, openFollower, refreshPeople } from './follower.ts';
export { findProfile, type Identity, identityOf } from './lookup.ts';
export { membersOf } from './members.ts';
export { fromHexId, nodeOf, toHexId } from './node.ts';
export {
  botsSql,
  identityMapSql,
  inPart,
  type ProfilePart,
  type ResolvedEvents,
  resolvedEventsSql,
} from './people.ts';
export { type Resolution, type ResolveOptions, resolveAll } from './resolve.ts';
export {
  checkRules,
  defaultRules,
  type IdentityRules,
  idWithin,
  type RulesChange,
  readRules,
  type TypeRules,
  typeOf,
  withChange,
  writeRules,
} from './rules.ts';
export * from './sessions/index.ts';
