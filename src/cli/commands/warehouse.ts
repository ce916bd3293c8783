// `inkling warehouse`: whether what was loaded arrived whole in the star schema.

import type { Command } from 'commander';
import { validateWarehouse } from '../../measure/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

export function addWarehouse(program: Command): void {
  withPlaceOptions(
    program.command('warehouse').description('check that what was loaded arrived whole in the star schema'),
  ).action((options: PlaceOptions) =>
    inPlace(options, async ({ store, workspace }) => {
      const report = await validateWarehouse(store, workspace.id);
      answer(options, report, () => {
        const rows = Object.entries(report.counts);
        const checks = report.checks.map(({ sentence, passed, broken, of }) => [
          passed ? 'good' : 'BROKEN',
          broken,
          of,
          sentence,
        ]);
        return `${report.statement}\n\n${table(['view', 'rows'], rows)}\n\n${table(['check', 'broken', 'of', 'what has to hold'], checks)}`;
      });
      if (report.checks.some(({ passed }) => !passed)) process.exitCode = 1;
    }),
  );
}
