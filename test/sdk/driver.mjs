// Drives the Node SDK as a script on standard input says (contract.ts).

import { text } from 'node:stream/consumers';
import { Inkling } from '../../sdk/node/inkling.js';

const { settings, calls, callsAfter, end } = JSON.parse(await text(process.stdin));
const { onErrorThrows, ...rest } = settings;
const reported = [];
const thrown = [];

const onError = ({ reason, status, detail, messages }) => {
  reported.push({ reason, status, detail, messages: messages.length });
  if (onErrorThrows) throw new Error('the callback fails');
};

const attempt = (work) => {
  try {
    return work();
  } catch (error) {
    thrown.push(String(error));
  }
};

const inkling = attempt(() => new Inkling({ ...rest, onError }));
const make = ({ call, message }) => attempt(() => inkling[call](message));
calls.forEach(make);
if (callsAfter.length > 0) await attempt(() => inkling.flush());
callsAfter.forEach(make);
const startedMs = performance.now();
if (end === 'close') await attempt(() => inkling.close());
console.log(JSON.stringify({ reported, thrown, closedMs: performance.now() - startedMs }));
