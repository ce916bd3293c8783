import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBatches } from '../../src/features/batches.ts';

test('who asks while an answer is under way is answered by the next statement, each once [WH-9]', async () => {
  const asked: string[][] = [];
  const held: (() => void)[] = [];
  const lengthOf = inBatches(3, async (words: string[]) => {
    asked.push(words);
    await new Promise<void>((resolve) => held.push(resolve));
    if (words.includes('broken')) throw new Error('torn');
    return new Map(words.filter((word) => word !== 'nobody').map((word) => [word, word.length]));
  });
  const letGo = async () => {
    held.shift()?.();
    await new Promise(setImmediate);
  };
  const first = ['a', 'bb', 'a', 'nobody'].map(lengthOf);
  await new Promise(setImmediate);
  const later = ['a', 'cccc', 'ddddd', 'eeeeee', 'broken'].map(lengthOf);
  assert.deepEqual(asked, [['a', 'bb', 'nobody']]);
  await letGo();
  assert.deepEqual(await Promise.all(first), [1, 2, 1, undefined]);
  assert.deepEqual(asked[1], ['cccc', 'ddddd', 'eeeeee'], 'what is under way already is not asked for again');
  await letGo();
  const failed = assert.rejects(later[4], /torn/);
  await letGo();
  await failed;
  assert.deepEqual(await Promise.all(later.slice(0, 4)), [1, 4, 5, 6]);
  assert.deepEqual(asked[2], ['broken']);
  const again = lengthOf('broken');
  const failedAgain = assert.rejects(again, /torn/);
  await new Promise(setImmediate);
  await letGo();
  await failedAgain;
  assert.equal(asked.length, 4, 'a failure is not kept');
});
