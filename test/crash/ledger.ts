// The client's own list: what it has sent, what was acknowledged, and what it must send again because no answer came.
// The facts are held against it at the end.

import type { Random } from '../../src/math/index.ts';

/** One message on the wire. */
export type Message = { type: 'track'; messageId: string; anonymousId: string; event: string; properties: object };

export type Comparison = {
  acknowledged: number;
  /** Acknowledged and not there. */
  lost: number;
  /** There more than once, acknowledged or not. */
  doubled: number;
};

export class Ledger {
  readonly acknowledged = new Set<string>();
  /** Sent, and no good answer came. */
  readonly unheard = new Set<string>();
  sentAgain = 0;
  private readonly prefix: string;
  private readonly random: Random;
  private made = 0;

  constructor(prefix: string, random: Random) {
    this.prefix = prefix;
    this.random = random;
  }

  /** Some new messages, some whose answer was not heard, and some that were acknowledged before. */
  nextBatch(most: number): Message[] {
    const { random } = this;
    const size = 1 + random.int(most);
    const ids = new Set<string>();
    for (const id of this.unheard) if (random.uniform() < 0.5 && ids.size < size) ids.add(id);
    if (this.acknowledged.size > 0 && random.uniform() < 0.3) ids.add(this.someAcknowledged());
    this.sentAgain += ids.size;
    while (ids.size < size) ids.add(`${this.prefix}${this.made++}`);
    return [...ids].map(messageOf);
  }

  /** Batches that hold everything whose answer was not heard, and a share of what was acknowledged. */
  remaining(share: number, size: number): Message[][] {
    const ids = [...this.unheard, ...[...this.acknowledged].filter(() => this.random.uniform() < share)];
    this.sentAgain += ids.length;
    this.random.shuffle(ids);
    const batches: Message[][] = [];
    for (let i = 0; i < ids.length; i += size) batches.push(ids.slice(i, i + size).map(messageOf));
    return batches;
  }

  sent(batch: readonly Message[]): void {
    for (const { messageId } of batch) if (!this.acknowledged.has(messageId)) this.unheard.add(messageId);
  }

  heard(batch: readonly Message[]): void {
    for (const { messageId } of batch) {
      this.unheard.delete(messageId);
      this.acknowledged.add(messageId);
    }
  }

  /** `times`: how often each id is in the facts. */
  compare(times: ReadonlyMap<string, number>): Comparison {
    return {
      acknowledged: this.acknowledged.size,
      lost: [...this.acknowledged].filter((id) => !times.has(id)).length,
      doubled: [...times.values()].filter((n) => n > 1).length,
    };
  }

  private someAcknowledged(): string {
    const skip = this.random.int(this.acknowledged.size);
    return this.acknowledged.values().drop(skip).next().value!;
  }
}

export function messageOf(messageId: string): Message {
  const number = Number(messageId.match(/\d+$/)?.[0] ?? 0);
  return {
    type: 'track',
    messageId,
    anonymousId: `visitor-${number % 97}`,
    event: 'Product Viewed',
    properties: { product_id: `p${number % 50}`, category: 'Shoes', price: 49.9, text: 'x'.repeat(number % 300) },
  };
}
