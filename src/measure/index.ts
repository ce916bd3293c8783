// Did it work? Where people are lost on the way, and what to try there.

export { breakdowns, type Funnel, type FunnelRequest, type FunnelStep, readFunnel, usualSteps } from './funnel.ts';
export { proposeTests, type TestProposal } from './proposals.ts';
