// What a route file gets: the store, the keys, the intake, a clock; and the application it adds itself to.

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Admissions, Doors, Intake, Throttle, WebhookSettings } from '../collect/index.ts';
import type { SegmentsNow } from '../decide/index.ts';
import type { KeyRing } from '../govern/index.ts';
import type { SessionsNow } from '../identify/index.ts';
import type { IntentNow } from '../predict/index.ts';
import type { Store } from '../store/index.ts';
import type { Numbers } from './metrics.ts';

/** What a route may use. */
export type ServerContext = {
  store: Store;
  keys: KeyRing;
  /** Where messages come in. */
  intake: Intake;
  /** What of them is let in. */
  admissions: Admissions;
  /** How fast they may come in. */
  doors: Doors;
  throttle: Throttle;
  /** What platforms need to call. */
  webhooks: WebhookSettings;
  /** Answers about people as they are this second. */
  live: IntentNow;
  /** Visits that are under way. */
  sessions: SessionsNow;
  /** Who is in which segments, kept up with events and time. */
  segments: SegmentsNow;
  /** What is measured as it goes. */
  numbers: Numbers;
  now(): Date;
};

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A route file: adds what it answers. */
export type Routes = (app: App, context: ServerContext) => void;
