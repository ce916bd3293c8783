// Opens the service on an address and closes it without losing what was acknowledged.

import { openSegmentFeed } from '../activate/index.ts';
import {
  type Intake,
  type IntakeOptions,
  openAdmissions,
  openDoors,
  openIntake,
  openThrottle,
  openWebhookSettings,
  sealDoorSecrets,
} from '../collect/index.ts';
import { openSegmentsNow, type SegmentsNow } from '../decide/index.ts';
import { InklingError } from '../errors.ts';
import { openKeyRing, sealPeppers } from '../govern/index.ts';
import { openSessionsNow, type SessionsNow } from '../identify/index.ts';
import { type IntentNow, openIntentNow } from '../predict/index.ts';
import { letEngineGiveWay, type Store } from '../store/index.ts';
import { buildApp } from './app.ts';
import { DASHBOARD_FOLDER } from './dashboard.ts';
import { openNumbers, withWatch } from './metrics.ts';
import { addQuickLane } from './quickLane.ts';
import { predictionLane } from './reading/predictionLane.ts';
import { eventLane } from './receiving/eventLane.ts';
import { openUpkeep } from './upkeep.ts';

export type ServerOptions = {
  store: Store;
  host?: string;
  /** 0 = any free port. */
  port?: number;
  /** trace, debug, info, warn, error, silent */
  logLevel?: string;
  /** Folder of the built dashboard; absent = ui/dist. */
  dashboard?: string;
  /** Blocks, backlog and segments of the journal. */
  intake?: Omit<IntakeOptions, 'now' | 'onFault'>;
  now?: () => Date;
};

export type Server = {
  /** `http://host:port` */
  address: string;
  /** Stops listening, finishes what is under way, ships the journal. The store stays open. */
  close(): Promise<void>;
};

const SWEEP_MS = 50;

export async function openServer(options: ServerOptions): Promise<Server> {
  const {
    store: unwatched,
    host = '127.0.0.1',
    port = 0,
    logLevel = process.env['LOG_LEVEL'] ?? 'warn',
    dashboard = DASHBOARD_FOLDER,
    now = () => new Date(),
  } = options;
  const numbers = openNumbers();
  const store = withWatch(unwatched, numbers.engines.observe);
  await sealDoorSecrets(store, now());
  await sealPeppers(store);
  // What the journal finds damaged when it is opened is told once there is a log.
  const early: [error: unknown, doing: string][] = [];
  let log: (error: unknown, doing: string) => void = (error, doing) => early.push([error, doing]);
  let tell: (text: string) => void = () => {};
  const door = doorOf(store, now);
  const intake = await openIntake(store, {
    ...options.intake,
    admissions: door.admissions,
    now,
    onFault: (error, doing) => log(error, doing),
  });
  const engine = letEngineGiveWay();
  const live = openIntentNow(store);
  const sessions = openSessionsNow(store);
  const onFault = (error: unknown, doing: string) => log(error, doing);
  const onNews = (text: string) => tell(text);
  const consentOf = (id: string) => door.admissions.book.of(id);
  const feed = openSegmentFeed(store, { now, accept: intake.accept, consentOf, onFault });
  const segments = openSegmentsNow(store, { now, consentOf, onFault, onChanges: feed.nudge });
  const upkeep = await openUpkeep({ store, intake, live, sessions, segments, feed, numbers, now, onNews, onFault });
  const context = { ...door, numbers, store, intake, live, sessions, segments, now };
  const app = await buildApp(context, { logLevel, dashboard });
  addQuickLane(app, context, [eventLane, predictionLane]);
  // An engine's complaint may quote a row: only its beginning says what is wrong.
  log = (error, doing) => {
    const hint = error instanceof InklingError && error.hint ? ` ${error.hint}` : '';
    app.log.error(`Failed ${doing}: ${String((error as Error).message).slice(0, 300)}${hint}`);
  };
  tell = (text) => app.log.warn(text);
  for (const fault of early) log(...fault);
  const close = async () => {
    // Connections that were busy when the stop began would keep it waiting after their answer, for they may ask again.
    const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
    await app.close();
    clearInterval(sweep);
    await intake.close();
    await upkeep.close();
    engine.stop();
  };
  try {
    const address = await app.listen({ host, port });
    return { address, close };
  } catch (error) {
    await close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new InklingError('conflict', `Something else listens on ${host}:${port}.`, {
      field: '--port',
      value: port,
      hint: 'Stop it, or name another port with --port.',
    });
  }
}

/** The OpenAPI document of every route, drawn without a store behind it. */
export async function describeApi(): Promise<object> {
  const nobody = {} as Store;
  const now = () => new Date(0);
  const rooms = {
    intake: {} as Intake,
    live: {} as IntentNow,
    sessions: {} as SessionsNow,
    segments: {} as SegmentsNow,
  };
  const context = { ...doorOf(nobody, now), ...rooms, numbers: openNumbers(), store: nobody, now };
  const app = await buildApp(context, { logLevel: 'silent', dashboard: DASHBOARD_FOLDER });
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}

/** Who may come in, and how fast. */
export function doorOf(store: Store, now: () => Date) {
  return {
    keys: openKeyRing(store),
    admissions: openAdmissions(store),
    doors: openDoors(store),
    throttle: openThrottle(now),
    webhooks: openWebhookSettings(store),
  };
}
