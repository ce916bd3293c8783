// Who may? Workspaces and the keys that open them, what people allow, and what becomes of personal data.

export {
  type ConsentBook,
  openConsentBook,
  type Said,
  type Verdict,
  type WorkspaceConsent,
} from './consent.ts';
export {
  type Choice,
  type ConsentOrigin,
  consentOrigins,
  type LoggedChoice,
  type LogQuery,
  readConsentLog,
} from './consentLog.ts';
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
  sealPeppers,
  writePersonalPolicy,
} from './personal.ts';
export {
  CATEGORIES_AT_MOST,
  type ConsentCategory,
  changePrivacy,
  defaultPrivacy,
  type Privacy,
  type PrivacyChange,
  type PropertyAction,
  type PropertyRule,
  propertyActions,
  readPrivacy,
  type WithoutConsent,
  withoutConsentPolicies,
} from './privacy.ts';
export { hashedValue, pseudonymOf } from './pseudonym.ts';
export { openSecrets, SECRET_KEY_FILE, type Secrets } from './secrets.ts';
export { createWorkspace, ensureWorkspace, getWorkspace, listWorkspaces, type Workspace } from './workspaces.ts';
