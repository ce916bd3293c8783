// Whom, and what? Which ad somebody is shown.

export { type AdDecision, type AdRequest, decideAd, openAds } from './ad.ts';
export { type Creative, type CreativeKind, listCreatives, removeCreative, saveCreative } from './creatives.ts';
