// Progress of long work, on standard error so that standard output stays clean for results. A terminal sees a bar
// per stage; anything else sees one line when a stage ends.

import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { SECOND_MS } from '../time.ts';

export type Stage = {
  /** Both in the stage's own unit; a total of 0 = not known yet. */
  update(done: number, total: number, note?: string): void;
  /** Ends the stage; returns its duration in seconds. */
  end(note?: string): number;
};

export interface Progress {
  stage(name: string): Stage;
  close(): void;
}

const FORMAT = '  {name} [{bar}] {percentage}% {note}';

export function openProgress(out: NodeJS.WriteStream, quiet: 'quiet' | 'shown'): Progress {
  if (quiet === 'quiet') return { stage: () => timedStage(() => {}), close: () => {} };
  if (!out.isTTY) {
    return {
      stage: (name) => timedStage((seconds, note) => out.write(`  ${label(name)} ${seconds.toFixed(1)} s  ${note}\n`)),
      close: () => {},
    };
  }
  const bars = new MultiBar(
    { format: FORMAT, stream: out, barsize: 28, hideCursor: true, forceRedraw: true },
    Presets.rect,
  );
  return { stage: (name) => barStage(bars, name), close: () => bars.stop() };
}

function barStage(bars: MultiBar, name: string): Stage {
  const bar: SingleBar = bars.create(1000, 0, { name: label(name), note: '' });
  const timed = timedStage((seconds, note) => {
    bar.update(1000, { note: `${note ? `${note}, ` : ''}${seconds.toFixed(1)} s` });
    bar.stop();
  });
  return {
    update: (done, total, note = '') =>
      bar.update(total > 0 ? Math.min(999, Math.round((done / total) * 1000)) : 0, { note }),
    end: timed.end,
  };
}

function timedStage(onEnd: (seconds: number, note: string) => void): Stage {
  const start = performance.now();
  return {
    update: () => {},
    end: (note = '') => {
      const seconds = (performance.now() - start) / SECOND_MS;
      onEnd(seconds, note);
      return seconds;
    },
  };
}

function label(name: string): string {
  return name.padEnd(10);
}
