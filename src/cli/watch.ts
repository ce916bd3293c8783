// The road's stages as progress bars.

import type { Watcher } from '../server/index.ts';
import type { Progress, Stage } from './progress.ts';

export function watchWith(progress: Progress): Watcher {
  const stages = new Map<string, Stage>();
  return {
    begin: (name) => void stages.set(name, progress.stage(name)),
    update: (name, done, total, note) => stages.get(name)?.update(done, total, note),
    end: (name, note) => void stages.get(name)?.end(note),
  };
}
