// What do we know of them, as of a moment? One definition per signal, for training (SQL) and for live scoring alike.

export { affinitiesOf, allInterest, purchasesOnly, topCategory } from './affinity.ts';
export { featuresSql, signalSetOf, withoutCompiler } from './compile.ts';
export { describeFeatures, type FeatureDescription, type SignalDescription } from './describe.ts';
export { type Everyone, openEveryone, readPeopleAsOf } from './everyone.ts';
export { HISTORY_COLUMNS, type History, type HistoryEvent, openHistory } from './history.ts';
export { type Label, labelsSql } from './labels.ts';
export { historyEventOf, type LiveFeatures, type LivePeople, type LivePeopleOptions, openLivePeople } from './live.ts';
export {
  countSnapshot,
  type LabelledMatrix,
  type MatrixOptions,
  readDaysTo,
  readMatrix,
  readSomeAsOf,
  streamFeatures,
  streamSnapshot,
} from './matrix.ts';
export { blockOf, blocksOf, type FeatureBlock, type FeaturePage } from './page.ts';
export { noProducts, type Product, type Products, readProducts } from './products.ts';
export { plain, type Signal, type SignalGroup } from './signal.ts';
export { signals } from './signals/index.ts';
export {
  forgetSnapshots,
  removeSnapshots,
  type Snapshot,
  type SnapshotOptions,
  snapshotSetOf,
  takeSnapshot,
} from './snapshot.ts';
export { hasSurroundings, noSurroundings, readSurroundings, type Surroundings } from './surroundings.ts';
export { addSurroundings, removeSurroundings, type SurroundingsChange } from './surroundingsLoading.ts';
