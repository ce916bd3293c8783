// What happened? Messages from SDKs, servers and files, checked, freed of personal data, journalled and shipped to the
// facts.

export {
  type CatalogueEvent,
  canonicalEvent,
  catalogue,
  categoryOf,
  describeEvent,
  type EventCategory,
} from './catalogue.ts';
export { emailHashOf, phoneHashOf } from './identifiers.ts';
export {
  type Arrival,
  type EventRow,
  type MessageType,
  messageTypes,
  readTime,
  type SegmentMessage,
  toEventRow,
} from './message.ts';
export { personalKeys } from './redaction.ts';
