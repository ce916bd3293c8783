// Who may? Workspaces and the keys that open them.

export { adoptCurrency, currencyOf, inCurrency, setCurrency } from './currency.ts';
export {
  type ApiKey,
  createKey,
  type KeyKind,
  type KeyRing,
  type KnownKey,
  listKeys,
  openKeyRing,
  revokeKey,
} from './keys.ts';
export {
  defaultPolicy,
  type ForeignHash,
  foreignHashes,
  openPersonal,
  type Personal,
  type PersonalPolicy,
  readPersonal,
  writePersonalPolicy,
} from './personal.ts';
export { openSecrets, SECRET_KEY_FILE, type Secrets } from './secrets.ts';
export { createWorkspace, ensureWorkspace, getWorkspace, listWorkspaces, type Workspace } from './workspaces.ts';
