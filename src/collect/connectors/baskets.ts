// Lines of one order become one message. Lines usually stand together, but other orders may stand in between, so
// several orders stay open at once: a bounded number, the one opened first closing first. What is closed when depends
// on the file alone, never on time or memory, so that a second reading yields the same messages.

import type { SegmentMessage } from '../message.ts';
import { type Batch, BrokenLine, type Outcome, type RawRecord, type Refusal } from './connector.ts';

export type BasketReader<Raw extends RawRecord, Line> = {
  /** Most orders that are open at once. */
  openAtMost: number;
  /** A row's order and its line; a message of its own; or a refusal. */
  line(record: Raw): { order: string; line: Line } | { alone: SegmentMessage } | Refusal;
  message(order: string, lines: readonly Line[]): SegmentMessage;
};

export async function* gatherBaskets<Raw extends RawRecord, Line>(
  batches: AsyncIterable<Batch>,
  { openAtMost, line: readLine, message }: BasketReader<Raw, Line>,
): AsyncIterable<Outcome[]> {
  const open = new Map<string, { row: number; lines: Line[] }>();
  const close = (order: string, { row, lines }: { row: number; lines: Line[] }): Outcome => {
    open.delete(order);
    return { row, rows: lines.length, message: message(order, lines) };
  };
  for await (const { firstRow, records } of batches) {
    const outcomes: Outcome[] = [];
    for (let i = 0; i < records.length; i++) {
      const row = firstRow + i;
      const body = records[i];
      const result = body instanceof BrokenLine ? body.refusal : readLine(body as Raw);
      if ('reason' in result) {
        outcomes.push({ row, rows: 1, refusal: result, body });
      } else if ('alone' in result) {
        outcomes.push({ row, rows: 1, message: result.alone });
      } else {
        const basket = open.get(result.order);
        if (basket) {
          basket.lines.push(result.line);
          continue;
        }
        if (open.size >= openAtMost) {
          const [oldest] = open;
          outcomes.push(close(...oldest));
        }
        open.set(result.order, { row, lines: [result.line] });
      }
    }
    if (outcomes.length > 0) yield outcomes;
  }
  yield [...open].map(([order, basket]) => close(order, basket));
}

/** A sum of money without the dust of binary fractions. */
export function toCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
