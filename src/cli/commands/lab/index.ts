// `inkling lab`: learners tried on tables of one's own, and a look behind the models of a workspace.

import type { Command } from 'commander';
import { addCompare } from './compare.ts';
import { addExchange } from './exchange.ts';
import { addExplain } from './explain.ts';
import { addFit } from './fit.ts';
import { addLink } from './link.ts';
import { addMatrix } from './matrix.ts';
import { addPredict } from './predict.ts';
import { addUplift } from './uplift.ts';

const parts: readonly ((lab: Command) => void)[] = [
  addFit,
  addPredict,
  addExplain,
  addCompare,
  addUplift,
  addLink,
  addExchange,
  addMatrix,
];

export function addLab(program: Command): void {
  const lab = program.command('lab').description('try learners on tables of your own, or look behind a model');
  for (const add of parts) add(lab);
}
