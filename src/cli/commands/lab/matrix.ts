// `inkling lab matrix`: the very rows that a training sees, so that other tools can be held against ours on equal terms.

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { trainingMatrix } from '../../../predict/index.ts';
import { days, moments } from '../../arguments.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../../place.ts';

type MatrixOptions = PlaceOptions & { timeframe: number; event: string; testAt?: Date[]; out?: string; seed: string };

export function addMatrix(lab: Command): void {
  withPlaceOptions(
    lab
      .command('matrix')
      .description('write the rows that a training sees as CSV: as_of, profile, split, label, then the signals')
      .option('--timeframe <days>', 'days within which the purchase is predicted', days, 14)
      .option('--event <name>', 'the event that counts as conversion', 'purchase')
      .option('--test-at <moments>', 'test moments (ISO dates with commas) instead of the last ones', moments)
      .option('--seed <number>', 'seed of every random choice', '1')
      .option('--out <file>', 'where to write; standard output if absent'),
  ).action((options: MatrixOptions) =>
    inPlace(options, async ({ store, workspace, progress }) => {
      const stage = progress.stage('matrix');
      let rows = -1;
      const count = async function* () {
        const chunks = trainingMatrix(store, {
          workspace: workspace.id,
          timeframeDays: options.timeframe,
          conversionEvent: options.event,
          testMoments: options.testAt,
          seed: Number(options.seed),
          now: new Date(),
          onProgress: (done, total) => stage.update(done, total),
        });
        for await (const chunk of chunks) {
          rows += chunk.split('\n').length - 1;
          yield chunk;
        }
      };
      if (!options.out) {
        for await (const chunk of count()) process.stdout.write(chunk);
        stage.end(`${rows} rows`);
        return;
      }
      await pipeline(Readable.from(count()), createWriteStream(options.out));
      stage.end(`${rows} rows`);
      answer(options, { file: options.out, rows }, () => `${rows} rows in ${options.out}.`);
    }),
  );
}
