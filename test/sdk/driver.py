"""Drives the Python SDK as a script on standard input says (contract.ts)."""

import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'sdk', 'python'))
from inkling import Inkling  # noqa: E402

script = json.loads(sys.stdin.buffer.read().decode('utf-8'))
settings = script['settings']
reported, thrown = [], []


def on_error(loss):
    reported.append({**loss, 'messages': len(loss['messages'])})
    if settings.get('onErrorThrows'):
        raise RuntimeError('the callback fails')


def attempt(work, *args, **kwargs):
    try:
        return work(*args, **kwargs)
    except Exception as error:
        thrown.append(repr(error))


def snake(name):
    return re.sub(r'[A-Z]', lambda letter: '_' + letter.group().lower(), name)


def make(call):
    fields = {snake(name): value for name, value in call['message'].items()}
    attempt(getattr(inkling, call['call']), **fields)


inkling = attempt(
    Inkling,
    settings['key'],
    settings['address'],
    on_error=on_error,
    timeout=settings['timeoutMs'] / 1000,
    retry_base=settings['retryBaseMs'] / 1000,
    exit_timeout=settings['exitTimeoutMs'] / 1000,
    queue_limit=settings.get('queueLimit', 10_000),
)
for call in script['calls']:
    make(call)
if script['callsAfter']:
    attempt(inkling.flush)
for call in script['callsAfter']:
    make(call)
started = time.monotonic()
if script['end'] == 'close':
    attempt(inkling.close)
closed_ms = (time.monotonic() - started) * 1000
print(json.dumps({'reported': reported, 'thrown': thrown, 'closedMs': closed_ms}))
