// The messages of one day, written in any order and sent in the order of their time. Only one day is ever held, which
// is what bounds the memory; sorting keys are numbers in one typed array, because comparing message objects is slow.
import { isoTime, messageIdOf, type SegmentMessage } from './wire.ts';

/** Who speaks, and from where. Empty ids are left out of the message. */
export type Sender = { anonymousId: string; userId: string; context: Readonly<Record<string, unknown>> };

type Bag = Readonly<Record<string, unknown>>;

export type Outbox = {
  track(at: number, sender: Sender, event: string, properties: Bag): void;
  view(at: number, sender: Sender, type: 'page' | 'screen', name: string, properties: Bag): void;
  identify(at: number, sender: Sender, traits: Bag): void;
  alias(at: number, sender: Sender, previousId: string): void;
  /** Hands over everything written since the last call; `date` is `YYYY-MM-DD`, times are milliseconds of that day. */
  send(date: string): Iterable<SegmentMessage>;
};

const dayEndMs = 86_400_000 - 1;
/** Orders equal times by the order of writing: 2^27 ms of a day times 2^25 messages still fit a double. */
const messagesPerDay = 2 ** 25;

export function openOutbox(secret: number): Outbox {
  let messages: SegmentMessage[] = [];
  let keys = new Float64Array(1024);
  let sent = 0;

  function put(at: number, sender: Sender, message: SegmentMessage): void {
    if (sender.anonymousId !== '') message.anonymousId = sender.anonymousId;
    if (sender.userId !== '') message.userId = sender.userId;
    if (messages.length === keys.length) {
      const longer = new Float64Array(keys.length * 2);
      longer.set(keys);
      keys = longer;
    }
    keys[messages.length] = Math.min(Math.floor(at), dayEndMs) * messagesPerDay + messages.length;
    messages.push(message);
  }

  return {
    track: (at, sender, event, properties) =>
      put(at, sender, { type: 'track', messageId: '', timestamp: '', context: sender.context, event, properties }),
    view: (at, sender, type, name, properties) =>
      put(at, sender, { type, messageId: '', timestamp: '', context: sender.context, name, properties }),
    identify: (at, sender, traits) =>
      put(at, sender, { type: 'identify', messageId: '', timestamp: '', context: sender.context, traits }),
    alias: (at, sender, previousId) =>
      put(at, sender, { type: 'alias', messageId: '', timestamp: '', context: sender.context, previousId }),
    *send(date) {
      const ready = messages;
      const order = keys.slice(0, ready.length).sort();
      messages = [];
      for (const key of order) {
        const message = ready[key % messagesPerDay];
        message.messageId = messageIdOf(secret, sent++);
        message.timestamp = isoTime(date, Math.floor(key / messagesPerDay));
        yield message;
      }
    },
  };
}
