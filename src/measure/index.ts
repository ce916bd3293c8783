// Did it work? What acting upon people brought, where people are lost on the way, and what to try there.

export { type ContentTest, compareVariants, holm, type VariantResult } from './contentTests.ts';
export {
  type CategoryAffinity,
  type Correlation,
  type IntentCorrelations,
  type LevelWorth,
  readCorrelations,
} from './correlations.ts';
export { breakdowns, type Funnel, type FunnelRequest, type FunnelStep, readFunnel, usualSteps } from './funnel.ts';
export { type ComparedGroup, type Comparison, type Lift, readLift, type SampleRatio, WORTHWHILE_LIFT } from './lift.ts';
export { proposeTests, type TestProposal } from './proposals.ts';
export {
  type AnalysedSegment,
  analyseSegment,
  type Recommendation,
  recommend,
  type SegmentAnalysis,
  type SizePoint,
} from './segmentAnalysis.ts';
export { type SegmentValue, valueOfSegment } from './segmentValue.ts';
export { validateWarehouse, type WarehouseCheck, type WarehouseReport } from './warehouseReport.ts';
