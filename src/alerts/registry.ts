// Every alert: one file, one line.

import type { Alert } from './alert.ts';
import { crossPlatform } from './crossPlatform.ts';
import { drift } from './drift.ts';
import { freshness } from './freshness.ts';

export const alerts: readonly Alert[] = [freshness, crossPlatform, drift];
