// Every command: one file and one line here.

import type { Command } from 'commander';
import { addAccuracy } from './accuracy.ts';
import { addActivation } from './activation.ts';
import { addBackfill } from './backfill.ts';
import { addChallenge } from './challenge.ts';
import { addDemo } from './demo.ts';
import { addDiscover } from './discover.ts';
import { addDoctor } from './doctor.ts';
import { addDrift } from './drift.ts';
import { addDrivers } from './drivers.ts';
import { addIdentity } from './identity.ts';
import { addImport } from './import.ts';
import { addKeys } from './keys.ts';
import { addLab } from './lab/index.ts';
import { addPlan } from './plan.ts';
import { addReport } from './report.ts';
import { addResolve } from './resolve.ts';
import { addScore } from './score.ts';
import { addStart } from './start.ts';
import { addSurroundingsCommands } from './surroundings.ts';
import { addThresholds } from './thresholds.ts';
import { addTrain } from './train.ts';
import { addWarehouse } from './warehouse.ts';
import { addWorkspace } from './workspace.ts';

export const commands: readonly ((program: Command) => void)[] = [
  addDemo,
  addStart,
  addImport,
  addSurroundingsCommands,
  addResolve,
  addIdentity,
  addBackfill,
  addTrain,
  addScore,
  addReport,
  addDrivers,
  addAccuracy,
  addDrift,
  addThresholds,
  addChallenge,
  addDiscover,
  addActivation,
  addWarehouse,
  addWorkspace,
  addKeys,
  addPlan,
  addLab,
  addDoctor,
];
