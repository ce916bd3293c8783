// Every destination of alerts: one file, one line.

import type { Destination } from './destination.ts';
import { log } from './log.ts';
import { webhook } from './webhook.ts';

export const destinations: readonly Destination[] = [log, webhook];
