// /metrics for Prometheus [WH-13]: what came in, what waits, how long the engines and the answers take. Open to whoever
// reaches the service, since it names no tenant; with METRICS_TOKEN set it asks for that as a bearer token.

import { timingSafeEqual } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Type } from 'typebox';
import { countOpenAlerts } from '../../alerts/index.ts';
import type { IntakeHealth } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import type { Routes } from '../context.ts';
import { sample } from '../metrics.ts';

export const addMetricsRoutes: Routes = (app, { intake, store, numbers }) => {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  app.addHook('onReady', async () => void delay.enable());
  app.addHook('onClose', async () => void delay.disable());

  app.get(
    '/metrics',
    {
      schema: {
        tags: ['operation'],
        summary: 'Numbers for Prometheus',
        response: { 200: Type.String({ description: 'The text form of Prometheus.' }) },
      },
    },
    async (request, reply) => {
      checkToken(request.headers.authorization);
      const open = await countOpenAlerts(store).catch(() => Number.NaN);
      const lines = [
        ...ofIntake(intake.health()),
        ...Object.values(numbers).flatMap((histogram) => histogram.lines()),
        ...sample('inkling_alerts_open', 'gauge', 'Alerts that are open, over all workspaces.', open),
        ...ofProcess(delay.percentile(99) / 1e9),
      ];
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(`${lines.join('\n')}\n`);
    },
  );
};

function ofIntake(health: IntakeHealth): string[] {
  const { backlog, lastAcceptedAt, lastShippedAt } = health;
  const seconds = (at: Date | undefined) => (at ? at.getTime() / 1000 : 0);
  return [
    ...sample('inkling_events_accepted_total', 'counter', 'Events acknowledged.', health.accepted),
    ...sample('inkling_events_rejected_total', 'counter', 'Events refused.', health.rejected),
    ...sample('inkling_events_shipped_total', 'counter', 'Events that reached the facts.', health.shipped),
    ...sample('inkling_events_duplicate_total', 'counter', 'Events that had been seen before.', health.duplicates),
    ...sample('inkling_journal_backlog_records', 'gauge', 'Records on their way to the facts.', backlog.records),
    ...sample('inkling_journal_backlog_bytes', 'gauge', 'Bytes of the journal on their way.', backlog.bytes),
    ...sample('inkling_journal_damaged_total', 'counter', 'Records that failed their checksum.', health.damagedRecords),
    ...sample('inkling_shipping_failing', 'gauge', '1 while the last shipment failed.', Number(health.failing)),
    ...sample('inkling_last_accepted_seconds', 'gauge', 'When an event was last taken.', seconds(lastAcceptedAt)),
    ...sample('inkling_last_shipped_seconds', 'gauge', 'When events last reached the facts.', seconds(lastShippedAt)),
  ];
}

function ofProcess(delaySeconds: number): string[] {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    ...sample('process_resident_memory_bytes', 'gauge', 'Memory of the process.', rss),
    ...sample('nodejs_heap_size_used_bytes', 'gauge', 'Of it in the heap.', heapUsed),
    ...sample('process_cpu_seconds_total', 'counter', 'Processor time.', (user + system) / 1e6),
    ...sample('nodejs_eventloop_lag_p99_seconds', 'gauge', 'How late timers were, 99th percentile.', delaySeconds),
  ];
}

function checkToken(authorization: string | undefined): void {
  const token = process.env['METRICS_TOKEN'] ?? '';
  if (token === '') return;
  const [given, wanted] = [authorization ?? '', `Bearer ${token}`].map((text) => Buffer.from(text));
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw new InklingError('unauthorized', 'The numbers are for whoever has the token.', {
    hint: 'Send Authorization: Bearer with the value of METRICS_TOKEN.',
  });
}
