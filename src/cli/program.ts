// The program: one file per command, registered in commands/index.ts.
// A failure that a person can mend prints what is wrong and what to do; with --json the same as an object.

import { Command, CommanderError } from 'commander';
import { InklingError } from '../errors.ts';
import { version } from '../version.ts';
import { addCommands } from './commands/index.ts';

const program = new Command('inkling')
  .description('What people are about to do, why, and what to do about it.')
  .version(version)
  .showHelpAfterError('(--help shows what there is)')
  .configureHelp({ sortSubcommands: false })
  .exitOverride();

try {
  await addCommands(program, process.argv[2]);
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = fail(error);
}

function fail(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  const asJson = process.argv.includes('--json');
  if (!(error instanceof InklingError)) {
    if (asJson) console.error(JSON.stringify({ code: 'internal', message: String(error) }));
    else console.error(error);
    return 70;
  }
  const { code, message, hint, field } = error;
  if (asJson) console.error(JSON.stringify({ code, message, hint, field }));
  else console.error(`\n  ${message}${hint ? `\n  ${hint}` : ''}\n`);
  return 1;
}
