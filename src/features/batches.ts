// Questions to the engine in batches: what is asked while an answer is under way is asked for at once when it is there, so
// that a hundred who come together wait for a few statements instead of for a hundred.

/** Answers one key of what `answerAll` says of many at a time; a key that it leaves out has no answer. */
export function inBatches<Key, Value>(
  most: number,
  answerAll: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (key: Key) => Promise<Value | undefined> {
  const asked = new Map<Key, PromiseWithResolvers<Value | undefined>>();
  let waiting: Key[] = [];
  let isUnderWay = false;
  const settle = async (keys: Key[]) => {
    const own = keys.map((key) => asked.get(key)!);
    try {
      const answers = await answerAll(keys);
      for (const [i, { resolve }] of own.entries()) resolve(answers.get(keys[i]));
    } catch (error) {
      for (const { reject } of own) reject(error);
    } finally {
      for (const key of keys) asked.delete(key);
    }
  };
  const run = async () => {
    isUnderWay = true;
    // Whoever asks in this turn is in the first batch.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      await settle(batch);
    }
    isUnderWay = false;
  };
  return (key) => {
    const known = asked.get(key);
    if (known) return known.promise;
    const made = Promise.withResolvers<Value | undefined>();
    asked.set(key, made);
    waiting.push(key);
    if (!isUnderWay) void run();
    return made.promise;
  };
}
