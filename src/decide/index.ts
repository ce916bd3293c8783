// Whom, and what? Who of a segment is acted upon and who is left alone, and which ad somebody is shown.

export {
  type Activation,
  type Arm,
  arms,
  endActivation,
  getActivation,
  listActivations,
  listMembers,
  type MemberPage,
  type NewActivation,
  refreshActivations,
  startActivation,
  USUAL_CONTROL_SHARE,
} from './activations.ts';
export { type AdDecision, type AdRequest, decideAd, openAds } from './ad.ts';
export * from './content/index.ts';
export { type Creative, type CreativeKind, listCreatives, removeCreative, saveCreative } from './creatives.ts';
export * from './discovery/index.ts';
export * from './outlook/index.ts';
export * from './segments/index.ts';
