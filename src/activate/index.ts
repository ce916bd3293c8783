// How do we reach them elsewhere? People with their scores sent to where a workspace wants them, and every call to an
// address that a workspace names.

export {
  changeIntegrations,
  type Integrations,
  type IntegrationsChange,
  integrationsOf,
  type Receiver,
  receivers,
  renewSigningSecret,
  signingSecret,
} from './integrations.ts';
export { refuseAddress } from './outbound.ts';
export {
  addSegmentHook,
  type HookAnswer,
  listSegmentHooks,
  openSegmentFeed,
  removeSegmentHook,
  type SegmentFeed,
  type SegmentHook,
  testSegmentHook,
} from './segmentHooks.ts';
export { postSigned, signatureOf } from './signed.ts';
export { failAbandonedSyncs, getSync, listSyncs, type Sync, type SyncRequest, startSync } from './syncs.ts';
