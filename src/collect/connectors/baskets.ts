// Lines of one order become one message. Lines usually stand together, but other orders may stand in between, so
// several orders stay open at once: a bounded number, the one opened first closing first. What is closed when depends
// on the file alone, never on time or memory, so that a second reading yields the same messages.

import {
  addOutcomes,
  type Batch,
  BrokenLine,
  type Meaning,
  type Outcome,
  type RawRecord,
  type Refusal,
} from './connector.ts';

export type BasketReader<Raw extends RawRecord, Line> = {
  /** Most orders that are open at once. */
  openAtMost: number;
  /** A row's order and its line; or what it means alone. */
  line(record: Raw): { order: string; line: Line } | { alone: Meaning | readonly Meaning[] } | Refusal;
  message(order: string, lines: readonly Line[]): Meaning | readonly Meaning[];
};

type Basket<Line> = { row: number; body: RawRecord; lines: Line[] };

export async function* gatherBaskets<Raw extends RawRecord, Line>(
  batches: AsyncIterable<Batch>,
  { openAtMost, line: readLine, message }: BasketReader<Raw, Line>,
): AsyncIterable<Outcome[]> {
  const open = new Map<string, Basket<Line>>();
  const close = (outcomes: Outcome[], order: string, { row, body, lines }: Basket<Line>) => {
    open.delete(order);
    addOutcomes(outcomes, { row, rows: lines.length, body }, message(order, lines));
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
        addOutcomes(outcomes, { row, rows: 1, body }, result.alone);
      } else {
        const { order, line } = result;
        const basket = open.get(order);
        if (basket) {
          basket.lines.push(line);
          continue;
        }
        if (open.size >= openAtMost) {
          const [oldest] = open;
          close(outcomes, ...oldest);
        }
        open.set(order, { row, body: body as RawRecord, lines: [line] });
      }
    }
    if (outcomes.length > 0) yield outcomes;
  }
  const last: Outcome[] = [];
  for (const [order, basket] of [...open]) close(last, order, basket);
  yield last;
}

/** A sum of money without the dust of binary fractions. */
export function toCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
