// What happened? Messages from SDKs, servers and files, checked, freed of personal data, journalled and shipped to the
// facts.

export { type Address, readAddress } from './address.ts';
export { type Admissions, openAdmissions } from './admission.ts';
export {
  type CatalogueEvent,
  canonicalEvent,
  catalogue,
  categoryOf,
  describeEvent,
  type EventCategory,
  isMembership,
  membershipEvents,
} from './catalogue.ts';
export type { Connector, Mapping, Protocol } from './connectors/connector.ts';
export { connectors } from './connectors/index.ts';
export { describeSettings } from './connectors/settings.ts';
export { isCrawler } from './crawlers.ts';
export { openDirectIntake } from './direct-intake.ts';
export { type Door, type DoorChange, type Doors, type OpenDoor, openDoors, type Rate, refillOf } from './door.ts';
export { HOSTING_RANGES_LIMIT, type IsHosted } from './hosting.ts';
export { emailHashOf, type Hashed, type HashOptions, hashEmail, hashPhone, phoneHashOf } from './identifiers.ts';
export { hiddenId, idsOfAnchor } from './identity.ts';
export { connectorNamed, type ImportOptions, type ImportProgress, type ImportResult, importFile } from './import.ts';
export { REJECTED_KEPT } from './import-progress.ts';
export { forgetImport } from './import-record.ts';
export {
  type Acceptance,
  type Delivery,
  type Intake,
  type IntakeHealth,
  type IntakeOptions,
  openIntake,
} from './intake.ts';
export { applyPatch, type PatchOperation } from './json-patch.ts';
export { eventTables, type RejectedRow } from './line.ts';
export { type LoadOptions, loadMessages } from './load.ts';
export {
  type Arrival,
  type EventRow,
  ignoredIdsOf,
  type MessageType,
  messageTypes,
  readTime,
  type SegmentMessage,
  toEventRow,
} from './message.ts';
export { particularKeys } from './particulars.ts';
export { isPlaceholder, placeholderHashes, placeholderIds, ZEROS } from './placeholders.ts';
export { type DryFinding, type DryRun, dryRun } from './plans/dryRun.ts';
export { type Proposal, proposePlan, type SeenEvent, type SeenProperty } from './plans/infer.ts';
export { type JsonSchema, type Plan, type PlanEvent, planActions, planTypes } from './plans/plan.ts';
export { fromSegment, toSegment } from './plans/segment.ts';
export {
  type Author,
  activatePlan,
  discardDraft,
  listPlans,
  readPlan,
  retirePlan,
  type StoredPlan,
  saveDraft,
} from './plans/stored.ts';
export { readEventVolumes, readPlanDays, readViolations } from './plans/violations.ts';
export type { Signals } from './privacy/judge.ts';
export {
  listRejected,
  pruneRejected,
  quarantineBounds,
  type RejectedMessage,
  type RejectedPage,
} from './quarantine.ts';
export { personalKeys } from './redaction.ts';
export { rejectedRow } from './rejected.ts';
export { type ReplayRequest, type ReplayResult, replayRejected } from './replay.ts';
export { type ActivationHashes, seal, unseal } from './seal.ts';
export {
  describeSurroundings,
  forgetSurroundings,
  loadSurroundings,
  loadSurroundingsFile,
  type SurroundingsLoaded,
  type SurroundingsSummary,
} from './surroundings/load.ts';
export { WITHIN } from './surroundings/place.ts';
export { openThrottle, type Throttle } from './throttle.ts';
export { BATCH_LIMIT_BYTES, faultOf, MESSAGE_LIMIT_BYTES, shorten } from './validate.ts';
export { webhooks } from './webhooks/index.ts';
export { lookupsIn } from './webhooks/lookups.ts';
export { openWebhookSettings, sealDoorSecrets, type WebhookSettings } from './webhooks/settings.ts';
export type { WebhookCall, WebhookSource } from './webhooks/webhook.ts';
