// Every command: one file and one line here. Files are loaded when they are asked for, since a command needs few of the rooms.

import type { Command } from 'commander';

type Add = (program: Command) => void;

/** By the word that calls it, in the order in which they are shown. */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  demo: async () => (await import('./demo.ts')).addDemo,
  start: async () => (await import('./start.ts')).addStart,
  import: async () => (await import('./import.ts')).addImport,
  surroundings: async () => (await import('./surroundings.ts')).addSurroundingsCommands,
  resolve: async () => (await import('./resolve.ts')).addResolve,
  identity: async () => (await import('./identity.ts')).addIdentity,
  backfill: async () => (await import('./backfill.ts')).addBackfill,
  train: async () => (await import('./train.ts')).addTrain,
  score: async () => (await import('./score.ts')).addScore,
  report: async () => (await import('./report.ts')).addReport,
  drivers: async () => (await import('./drivers.ts')).addDrivers,
  accuracy: async () => (await import('./accuracy.ts')).addAccuracy,
  drift: async () => (await import('./drift.ts')).addDrift,
  thresholds: async () => (await import('./thresholds.ts')).addThresholds,
  challenge: async () => (await import('./challenge.ts')).addChallenge,
  discover: async () => (await import('./discover.ts')).addDiscover,
  activation: async () => (await import('./activation.ts')).addActivation,
  warehouse: async () => (await import('./warehouse.ts')).addWarehouse,
  workspace: async () => (await import('./workspace.ts')).addWorkspace,
  keys: async () => (await import('./keys.ts')).addKeys,
  plan: async () => (await import('./plan.ts')).addPlan,
  lab: async () => (await import('./lab/index.ts')).addLab,
  doctor: async () => (await import('./doctor.ts')).addDoctor,
};

/** Adds the command that a word calls; every command where it calls none, as for help. */
export async function addCommands(program: Command, word?: string): Promise<void> {
  const asked = word !== undefined && Object.hasOwn(commands, word) ? [commands[word]] : Object.values(commands);
  for (const add of await Promise.all(asked.map((load) => load()))) add(program);
}
