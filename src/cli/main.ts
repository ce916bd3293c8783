// Where the process begins: `npm run -s inkling -- <command>`. Node keeps what it has compiled on disk, which halves the
// time of a next start; it has to be asked before anything else is loaded.

import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./program.ts');
