// What the server answers, route by route, as types: the contract between the dashboard and `/api/v1`. Nothing here
// runs, so the fixture server of the tests is held to the same shapes. Times are ISO 8601 in UTC; rates and
// probabilities are 0 to 1; `null` means unknown, never zero.

export type Level = 'HIGH' | 'MEDIUM' | 'LOW';
export type Interval = [low: number, high: number];
export type Point<X extends string, Y extends string> = Record<X | Y, number>;

export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  field?: string;
  value?: unknown;
  hint?: string;
  requestId?: string;
};

/** GET /api/v1/workspace */
export type Workspace = {
  id: string;
  name: string;
  timeZone: string;
  /** ISO 4217; null until it is set or the first orders tell. */
  currency: string | null;
  writeKey: string;
  createdAt: string;
  hasEvents: boolean;
  model: { id: string } | null;
};

/** GET /api/v1/overview */
export type Overview = {
  asOf: string;
  totals: {
    people: number;
    events: number;
    sessions: number;
    purchases: number;
    revenue: number;
    /** Programs, which the other numbers leave out. */
    bots: { people: number; events: number; sessions: number };
  };
  currency: string | null;
  /** Purchases that are in no sum of money. */
  otherCurrencies: OtherCurrency[];
  eventsPerDay: { date: string; events: number; people: number; purchases: number; revenue: number }[];
  intent: IntentToday | null;
  moved: { up: number; down: number; since: string } | null;
  movers: { id: string; displayName: string; from: number; to: number; reason: string }[];
};

export type OtherCurrency = { currency: string; purchases: number; revenue: number };

export type IntentToday = {
  modelId: string;
  timeframeDays: number;
  asOf: string;
  people: number;
  /** 20 bins of 5 scores; `to` is where the next begins, and the last holds 100 too. */
  distribution: Bin[];
  segments: SegmentToday[];
  history: { date: string; high: number; medium: number; low: number }[];
  categories: { category: string; high: number; medium: number; low: number }[];
};

export type Bin = { from: number; to: number; people: number };

export type SegmentToday = {
  name: Level;
  size: number;
  share: number;
  expectedConversions: number;
  actualConversionRate: number | null;
  actualInterval: Interval | null;
  holdoutSize: number;
};

/** GET /api/v1/live */
export type Live = {
  freshness: { lastEventAt: string | null; eventsLastMinute: number; eventsLastDay: number };
  events: LiveEvent[];
  rejected: RejectedEvent[];
  rejectedLastDay: number;
  /** Of the last 24 hours; `value` is empty for addresses and numbers. */
  ignoredIds: { field: string; value: string; events: number }[];
};

export type LiveEvent = {
  messageId: string;
  at: string;
  event: string;
  name: string;
  anchor: string;
  profile: string;
  source: string;
  platform: string;
  summary: string;
};

/** Where events come from: platforms that call, and what each source has sent in 30 days. */
export type Sources = { webhooks: WebhookSource[]; seen: { source: string; events: number; lastEventAt: string }[] };

export type WebhookSource = {
  name: string;
  sentence: string;
  /** What to do at the platform; {address} stands for the address to call. */
  setUp: string;
  path: string;
  settings: SourceSetting[];
};

export type SourceSetting = {
  name: string;
  description: string;
  choices: string[];
  /** Never told once it is set. */
  secret: boolean;
  set: boolean;
  value: unknown;
};

export type RejectedEvent = {
  id: string;
  at: string;
  code: string;
  reason: string;
  field: string | null;
  value: unknown;
  body: unknown;
};

/** What a tracking plan does with what does not fit: stores and notes it, stores it without, refuses it. */
export type PlanAction = 'allow' | 'omit' | 'block';
export type PlanPolicy = Record<'unplannedEvents' | 'unplannedProperties' | 'violations', PlanAction>;
export type JsonSchema = { [keyword: string]: unknown };

export type PlanEvent = {
  type: 'track' | 'identify' | 'page' | 'screen' | 'group' | 'common';
  /** As sent; '' where a rule is for every message of the type. */
  name: string;
  description?: string;
  schema: JsonSchema;
  context?: JsonSchema;
  policy?: Partial<Omit<PlanPolicy, 'unplannedEvents'>>;
};

export type TrackingPlan = { policy: Partial<PlanPolicy>; events: PlanEvent[] };

export type PlanVersion = {
  version: number;
  status: 'DRAFT' | 'ACTIVE' | 'RETIRED';
  /** Counts the changes of a draft. */
  revision: number;
  note: string;
  events: number;
  updatedAt: string;
  updatedBy: string;
  activatedAt: string | null;
  activatedBy: string | null;
};

export type PlanFinding = {
  type: string;
  event: string;
  /** '' for the event itself. */
  property: string;
  problem: string;
  detail: string;
  action: PlanAction;
  events: number;
  /** A value as JSON; '' where there is none or it is personal. */
  sample: string;
};

/** GET /api/v1/collect/plans */
export type PlansOverview = {
  versions: PlanVersion[];
  events: { type: string; name: string; events: number; violations: number; lastAt: string }[];
  days: { day: string; events: number; noted: number; omitted: number; blocked: number }[];
  violations: (PlanFinding & { sources: string[]; lastAt: string; planVersion: number })[];
};

/** GET /api/v1/collect/plans/{version} */
export type StoredPlan = PlanVersion & { plan: TrackingPlan };

export type SeenProperty = {
  path: string;
  share: number;
  values: number;
  examples: string[];
  least: number | null;
  most: number | null;
  looksLike: 'email' | 'phone' | 'card' | null;
};

/** GET /api/v1/collect/plans/proposal */
export type PlanProposal = {
  days: number;
  plan: TrackingPlan;
  seen: { type: PlanEvent['type']; name: string; events: number; schema: JsonSchema; properties: SeenProperty[] }[];
};

/** POST /api/v1/collect/plans/try */
export type PlanTrial = {
  days: number;
  total: number;
  examined: number;
  blocked: number;
  omitted: number;
  noted: number;
  findings: PlanFinding[];
};

export type WithoutConsent = 'keep' | 'anonymous' | 'count' | 'nothing';
export type PropertyAction = 'hash' | 'drop' | 'keep' | 'mask' | 'truncate';

/** GET and PATCH /api/v1/govern/privacy */
export type Privacy = {
  revision: number;
  categories: { name: string; aliases: string[]; byDefault: 'allowed' | 'denied'; withoutConsent: WithoutConsent }[];
  events: { event: string; category: string }[];
  globalPrivacyControl: string[];
  doNotTrack: string[];
  properties: { path: string; action: PropertyAction }[];
};

export type LoggedChoice = {
  id: string;
  /** Pseudonyms. */
  subjects: string[];
  choices: Record<string, boolean>;
  decidedAt: string;
  recordedAt: string;
  origin: 'answer' | 'message' | 'gpc' | 'dnt' | 'api';
  recordedBy: string;
  notice: string;
};

/** GET /api/v1/people/{id}/consent */
export type PersonConsent = {
  categories: { category: string; allowed: boolean; because: 'choice' | 'message' | 'default' }[];
  history: LoggedChoice[];
};

/** GET /api/v1/govern/consent/log */
export type ConsentLog = { log: LoggedChoice[]; nextCursor: string | null };

/** GET /api/v1/govern/withheld */
export type Withheld = {
  days: number;
  withheld: { category: string; reason: 'choice' | 'default' | 'gpc' | 'dnt'; kept: WithoutConsent; events: number }[];
};

/** POST /api/v1/rejected/replay */
export type Replayed = {
  replayed: number;
  failed: { id: string; code: string; field: string | null; detail: string; hint: string }[];
};

/** GET /api/v1/people */
export type PeoplePage = { people: PersonRow[]; nextCursor: string | null; total: number };

export type PersonRow = {
  id: string;
  displayName: string;
  identifiers: { userIds: string[]; anonymousIds: string[]; emailHashes: string[]; phoneHashes: string[] };
  score: number | null;
  segment: Level | null;
  confidence: number | null;
  category: string | null;
  topReason: string | null;
  firstSeenAt: string;
  lastSeenAt: string;
  events: number;
  purchases: number;
  revenue: number;
  scoreHistory: number[];
};

/** GET /api/v1/people/:id */
export type Person = Omit<PersonRow, 'scoreHistory'> & {
  traits: Record<string, unknown>;
  platforms: string[];
  country: string;
  deviceType: string;
  /** Counts as a program: in no list, no training and no scoring. */
  bot: boolean;
  otherCurrencies: OtherCurrency[];
  intent: PersonIntent | null;
  scoreHistory: { asOf: string; score: number; segment: Level }[];
  identity: Identity;
};

export type PersonIntent = {
  modelId: string;
  timeframeDays: number;
  asOf: string;
  score: number;
  probability: number;
  segment: Level;
  confidence: number;
  confidenceReason: string;
  /** Against the earliest scoring of the seven days before; rapid = 20 points or more within them. */
  change: { since: string; points: number; rapid: 'RISING' | 'FALLING' | null } | null;
  predictedConversionDate: string | null;
  category: string | null;
  sentence: string;
  reasons: Reason[];
};

export type Reason = {
  signal: string;
  /** A phrase with the person as its subject: 'put 3 items in the cart in the last 7 days'. */
  sentence: string;
  value: number | null;
  contribution: number;
  direction: 'raises' | 'lowers';
};

export type Identity = {
  nodes: { identifier: string; type: string; whole: string; firstSeenAt: string }[];
  evidence: Evidence[];
};

export type Evidence = {
  at: string;
  from: string;
  to: string;
  a: string;
  b: string;
  method: string;
  confidence: number;
  messageId: string;
  detail: string;
  revoked: boolean;
};

/** POST /api/v1/identity/merge, unmerge, refuse, undo; `decision` is null where it was only tried. */
export type IdentityOutcome = { decision: string | null; people: { id: string; identifiers: string[] }[] };

/** GET /api/v1/identity/reviews */
export type ReviewPage = { reviews: Review[]; nextCursor: string | null; waiting: number };

export type Review = {
  id: string;
  a: string;
  b: string;
  personA: string;
  personB: string;
  kind: 'match' | 'limit';
  probability: number;
  explanation: Record<string, unknown>;
  at: string;
  status: string;
};

/** GET /api/v1/identity/platforms */
export type CrossPlatform = {
  people: number;
  acrossPlatforms: number;
  rate: number | null;
  atLeast: number;
  isBelow: boolean;
  platforms: { platform: string; people: number }[];
  overlap: { a: string; b: string; people: number }[];
  weeks: { week: string; people: number; acrossPlatforms: number }[];
};

/** GET /api/v1/people/:id/stopped */
export type StoppedLinks = {
  stopped: { a: string; b: string; method: string; at: string; reason: string; type: string }[];
};

/** A visit. */
export type Session = {
  id: string;
  profile: string;
  startAt: string;
  endAt: string;
  durationSeconds: number;
  pageCount: number;
  eventCount: number;
  converted: boolean;
  conversionType: string;
  conversionValue: number;
  entryPage: string;
  exitPage: string;
  platform: string;
  deviceType: string;
  /** Empty = direct. */
  trafficSource: string;
  medium: string;
  campaign: string;
  /** 0 to 100; from 60 on it counts as a program's. */
  botScore: number;
  botReasons: string[];
};

/** GET /api/v1/live/sessions and the events of its stream */
export type SessionsRightNow = {
  asOf: string;
  active: number;
  bots: number;
  converted: number;
  byPage: SessionCount[];
  bySource: SessionCount[];
  byDevice: SessionCount[];
  byPlatform: SessionCount[];
  sessions: Session[];
};

export type SessionCount = { name: string; sessions: number };

/** GET /api/v1/alerts */
export type Alerts = {
  alerts: {
    alert: string;
    message: string;
    hint: string;
    since: string;
    raisedAt: string;
    resolvedAt: string | null;
  }[];
};

/** GET /api/v1/people/:id/timeline */
export type TimelinePage = {
  events: TimelineEvent[];
  /** The visits that these events lie in, the latest first. */
  sessions: Session[];
  nextBefore: string | null;
};

export type TimelineEvent = {
  messageId: string;
  at: string;
  event: string;
  name: string;
  summary: string;
  platform: string;
  revenue: number | null;
  /** As sent; empty = that of the workspace. */
  currency: string;
  products: { id: string; category: string; price: number | null; quantity: number | null }[];
  properties: Record<string, unknown>;
};

/** GET /api/v1/features */
export type Features = { asOf: string; people: number; signals: Signal[] };

export type Signal = {
  name: string;
  sentence: string;
  group: string;
  category: 'ENGAGEMENT' | 'NAVIGATION' | 'TRANSACTION' | 'EXTERNAL';
  source: 'WEBSITE' | 'EMAIL' | 'CRM' | 'ADS';
  windowDays: number | null;
  unit: 'count' | 'days' | 'hours' | 'minutes' | 'currency' | 'ratio' | 'score' | 'flag';
  importance: number | null;
  missingShare: number;
  /** min, p10, p25, p50, p75, p90, max over the people whose value is known. */
  quantiles: (number | null)[];
  histogram: Bin[];
};

/** GET /api/v1/intent/models */
export type ModelList = { models: ModelRow[] };

export type Rung = 'rule' | 'logistic' | 'boosting';

export type ModelRow = {
  id: string;
  name: string;
  modelType: 'GENERIC' | 'CUSTOM';
  question: string;
  conversionEvent: string;
  productCategory: string | null;
  timeframeDays: number;
  status: 'TRAINING' | 'ACTIVE' | 'DEPRECATED' | 'FAILED';
  version: number;
  learner: string | null;
  rung: Rung | null;
  confidence: number | null;
  trainedOn: string | null;
  /** Distinct conversions it learned from. */
  trainingDataSize: number | null;
  warnings: string[];
  auc: number | null;
  prAuc: number | null;
  baselineAuc: number | null;
  createdAt: string;
  updatedAt: string;
};

/** GET /api/v1/intent/models/:id */
export type Model = ModelRow & {
  performance: Performance | null;
  drivers: Driver[];
  lineage: Lineage | null;
  ladder: { rung: Rung; reached: boolean; needs: string; has: string }[];
};

export type Performance = {
  holdout: { asOf: string[]; people: number; conversions: number };
  auc: number | null;
  aucInterval: Interval | null;
  prAuc: number | null;
  logLoss: number | null;
  brier: number | null;
  calibrationError: number | null;
  baselineAuc: number | null;
  baselineName: string;
  logisticAuc: number | null;
  roc: Point<'fpr', 'tpr'>[];
  baselineRoc: Point<'fpr', 'tpr'>[];
  pr: Point<'recall', 'precision'>[];
  calibration: { predicted: number; observed: number; low: number; high: number; people: number }[];
  lift: { decile: number; people: number; conversions: number; rate: number; lift: number; cumulativeGain: number }[];
  thresholds: Threshold[];
  segments: { name: Level; size: number; actualConversionRate: number | null; interval: Interval | null }[];
  statement: string;
};

/** `threshold` is a score from 0 to 100; the counts are of the holdout. */
export type Threshold = {
  threshold: number;
  people: number;
  truePositives: number;
  falsePositives: number;
  precision: number | null;
  recall: number | null;
};

export type Driver = {
  signal: string;
  sentence: string;
  importance: number;
  direction: 'raises' | 'lowers' | 'mixed';
  meanContribution: number;
};

export type Lineage = {
  dataFrom: string | null;
  dataTo: string | null;
  snapshots: { asOf: string; people: number; conversions: number; role: string }[];
  signalSet: string;
  signals: string[];
  codeVersion: string;
  seed: number;
  settings: Record<string, unknown>;
  /** What was chosen on held-out people. */
  choice?: Record<string, unknown>;
  /** How the figures and the model in use belong together. */
  note?: string;
  seconds: Record<string, number>;
};

/** POST /api/v1/intent/models */
export type ModelRequest = {
  name: string;
  timeframeDays?: number;
  conversionEvent?: string;
  productCategory?: string;
  signals?: { include?: string[]; exclude?: string[] };
};

/** POST /api/v1/measure/funnel */
export type Funnel = {
  from: string;
  to: string;
  windowDays: number;
  steps: {
    event: string;
    category: string | null;
    people: number;
    /** Of those at the step before. */
    rate: number | null;
    interval: Interval | null;
    lost: number;
  }[];
  rate: number | null;
  bottleneck: string | null;
  /** People at each step, by value. */
  breakdowns: { name: string; values: { value: string; people: number[] }[] }[];
  proposals: TestProposal[];
  statement: string;
};

export type TestProposal = {
  step: string;
  breakdown: string;
  value: string;
  rate: number;
  othersRate: number;
  pValue: number;
  couldBring: number;
  peoplePerArm: number;
  sentence: string;
};

/** GET /api/v1/measure/activations */
export type ActivationList = { activations: Activation[] };

export type Activation = {
  id: string;
  name: string;
  segmentId: string;
  shares: { intent: number; demographic: number; control: number };
  windowDays: number;
  startedAt: string;
  endedAt: string | null;
};

/** POST /api/v1/measure/activations */
export type ActivationRequest = {
  name: string;
  segmentId: string;
  controlShare: number;
  demographicShare: number;
};

export type ComparedGroup = {
  name: string;
  people: number;
  conversions: number;
  rate: number | null;
  interval: Interval;
};

/** GET /api/v1/measure/activations/:id */
/** How levels of intent go with what came of people after a scoring. */
export type IntentCorrelations = {
  modelId: string;
  asOf: string | null;
  daysAfter: number;
  currency: string | null;
  levels: LevelWorth[];
  correlations: {
    with: 'revenueBefore' | 'revenueAfter' | 'retention';
    rho: number | null;
    interval: Interval | null;
  }[];
  statement: string;
};

export type LevelWorth = {
  level: Level;
  people: number;
  revenueBefore: number | null;
  revenueAfter: number | null;
  revenueAfterInterval: Interval | null;
  lifetimeValue: number | null;
  lifetimeValueInterval: Interval | null;
  retention: number | null;
  retentionInterval: Interval | null;
  categories: { category: string; share: number; interval: Interval; lift: number }[];
};

export type Lift = {
  known: number;
  awaited: number;
  knownAt: string | null;
  comparisons: {
    name: string;
    group: ComparedGroup;
    against: ComparedGroup;
    verdict: 'LIFT' | 'NO_LIFT' | 'LOSS' | 'TOO_LITTLE';
    sentence: string;
  }[];
  sampleRatio: { isAsPlanned: boolean; sentence: string };
  statement: string;
  method: string;
};

/** GET /api/v1/intent/challenges */
export type Standing = {
  everyDays: number;
  paused: boolean;
  championId: string | null;
  /** From when on there are complete outcomes that the champion has not learned from. */
  freshFrom: string | null;
  isFresh: boolean;
  decisions: Decision[];
};

export type Decision = {
  id: string;
  championId: string;
  challengerId: string;
  verdict: 'DEPLOYED' | 'KEPT' | 'ROLLED_BACK' | 'BY_HAND';
  reason: string;
  decidedBy: string;
  decidedAt: string;
};

/** GET /api/v1/intent/accuracy */
export type AccuracyReport = {
  modelId: string;
  timeframeDays: number;
  threshold: number;
  days: AccuracyDay[];
  overall: AccuracyFigures | null;
  nextKnownAt: string | null;
  statement: string;
};

export type AccuracyDay = AccuracyFigures & { date: string; asOf: string; knownAt: string };

export type AccuracyFigures = {
  predictionsCount: number;
  conversionsCount: number;
  truePositives: number;
  falsePositives: number;
  trueNegatives: number;
  falseNegatives: number;
  accuracy: number | null;
  precision: number | null;
  precisionInterval: Interval | null;
  recall: number | null;
  f1Score: number | null;
  /** In percent. */
  conversionLiftVsControl: number | null;
  liftInterval: Interval | null;
  auc: number | null;
  calibrationError: number | null;
  expectedConversions: number;
};

/** GET /api/v1/intent/drivers/movement */
export type Movement = {
  from: string | null;
  to: string | null;
  scorings: number;
  flow: { from: Level; to: Level; people: number }[];
  steps: StepUp[];
  statement: string;
};

export type StepUp = {
  from: Level;
  rose: number;
  others: number;
  matchedRose: number;
  matchedOthers: number;
  actions: ActionContrast[];
  statement: string;
};

export type ActionContrast = {
  action: string;
  roseShare: number;
  othersShare: number;
  oddsRatio: number | null;
  interval: Interval | null;
  falseDiscoveryRate: number;
  verdict: 'more' | 'less' | 'unclear';
  sentence: string;
};

/** GET /api/v1/intent/drivers/journeys */
export type Journeys = { journeys: Journey[] };

export type Journey = {
  name: string;
  level: Level;
  score: number;
  rose: boolean;
  sentence: string;
  scores: { daysBefore: number; score: number; level: Level }[];
  events: { daysBefore: number; event: string; category: string | null; times: number }[];
};

/** GET /api/v1/intent/thresholds: for every score from 0 to 100 what calling from there on brings today. */
export type Cuts = {
  modelId: string;
  asOf: string | null;
  /** None while nobody is scored. */
  cuts: {
    threshold: number;
    people: number;
    truePositives: number;
    truePositivesInterval: Interval;
    falsePositives: number;
    falsePositivesInterval: Interval;
    missed: number;
  }[];
};

/** GET /api/v1/intent/fallback */
export type Fallback = {
  conversions: number;
  conversionsNeeded: number;
  /** There are too few conversions to predict intent. */
  applies: boolean;
  disclaimer: string | null;
  demographics: { groups: DemographicGroup[] } | null;
};

export type DemographicGroup = {
  country: string;
  gender: string;
  /** Lower end of a band of ten years; empty = not told. */
  age: string;
  people: number;
  conversions: number;
  rate: number;
  interval: Interval;
};

/** GET /api/v1/intent/drift; null before the first night. */
export type DriftAnswer = { report: DriftReport | null };

export type DriftReport = {
  /** People as known at these moments. */
  before: string;
  now: string;
  people: { before: number; now: number };
  score: Drift | null;
  /** The farthest moved first. */
  signals: SignalDrift[];
  counts: Record<DriftLevel, number>;
  thresholds: { moderate: number; major: number; falseDiscoveries: number };
  statement: string;
};

export type DriftLevel = 'STABLE' | 'MODERATE' | 'MAJOR';

export type Drift = {
  psi: number;
  test: 'kolmogorov-smirnov' | 'chi-square';
  statistic: number;
  pValue: number;
  level: DriftLevel;
  bins: { upTo: number | null; before: number; now: number }[];
  unknown: { before: number; now: number };
};

export type SignalDrift = Drift & {
  signal: string;
  sentence: string;
  unit: Signal['unit'];
  qValue: number;
  importance: number;
};

/** GET /api/v1/intent/segments */
export type SegmentList = { segments: Segment[] };

export type Segment = {
  id: string;
  name: string;
  modelId: string;
  /** A ready segment has its level; one with a score range of one's own has `null`. */
  level: Level | null;
  productCategory: string | null;
  minScore: number;
  maxScore: number;
  minConfidence: number | null;
  size: number | null;
  share: number | null;
  expectedConversions: number | null;
  actualConversionRate: number | null;
  actualInterval: Interval | null;
  asOf: string | null;
  createdAt: string;
};

/** POST /api/v1/intent/segments */
export type SegmentRequest = {
  name: string;
  minScore: number;
  maxScore: number;
  productCategory?: string;
  modelId?: string;
};

/** GET /api/v1/intent/segments/:id/users */
export type SegmentUsers = { users: PersonRow[]; nextCursor: string | null; total: number };

/** GET /api/v1/identity/matching */
export type Matching = {
  model: {
    learnedAt: string;
    records: number;
    matches: number;
    learnedFrom?: number;
    fields: { field: string; levels: MatchLevel[] }[];
    rules: string[][];
  } | null;
  outcome: MatchOutcome | null;
  memory: { state: 'filling' | 'ready' | 'off'; records: number; waiting: number; seconds: number } | null;
};

export type MatchLevel = { level: string; m: number; u: number; weight: number };

export type MatchOutcome = {
  at: string;
  records: number;
  linked: number;
  waiting: number;
  expectedPrecision: number | null;
  expectedRecall: number | null;
  thresholds: LinkThreshold[];
};

export type LinkThreshold = { threshold: number; pairs: number; expectedPrecision: number; expectedRecall: number };

/** GET /api/v1/identity/rules */
export type IdentityRules = {
  rules: { types: Record<string, TypeRules>; probabilistic: { linkAt: number; reviewAt: number } };
  /** What of them the workspace chose itself. */
  change: RulesChange;
};

export type TypeRules = {
  /** 1 goes first. */
  priority: number;
  /** null = any number, here and below. */
  perProfile: number | null;
  windowDays: number | null;
  carriedByUsers: number | null;
  carriedByOthers: number | null;
  whenShared: 'first' | 'nobody';
  blocked: string[];
};

export type RulesChange = {
  types?: Record<string, Partial<TypeRules>>;
  probabilistic?: { linkAt?: number; reviewAt?: number };
};

/** POST /api/v1/identity/rules/preview */
export type RulesTrial = {
  merging: { people: number; into: number };
  parting: { people: number; into: number };
  /** Profile ids. */
  samples: { before: string[]; after: string[] }[];
  evidence: number;
};

/** GET /api/v1/segments/discoveries */
export type DiscoveryRun = {
  id: string;
  status: 'RUNNING' | 'DONE' | 'FAILED';
  /** From 0 to 1. */
  progress: number;
  asOf: string;
  startedAt: string;
  finishedAt: string | null;
  failure: string | null;
  result: {
    people: { known: number; habitual: number; leastVisits: number; learnedFrom: number };
    /** Why there are no groups. */
    refusal: string | null;
    groups: DiscoveredGroup[];
  } | null;
};

export type DiscoveredGroup = {
  name: string;
  type: string | null;
  definition: string | null;
  size: number;
  share: number;
  differences: {
    behaviour: string;
    label: string;
    /** From everybody, in standard deviations. */
    deviations: number;
    words: string;
  }[];
  rule: object;
  sentence: string;
  fidelity: {
    people: number;
    precision: number;
    precisionInterval: Interval;
    recall: number;
    recallInterval: Interval;
    f1: number;
  };
};
