"""Inkling's Python SDK: calls become messages in a bounded queue, a background thread sends them in batches.

Nothing here raises into the host or waits for the network; only flush and close wait, for as long as they are told.
One file and the standard library, so that it can be copied. What holds for every SDK: ../contract.
"""

import atexit
import base64
import collections
import datetime
import decimal
import email.utils
import json
import logging
import math
import os
import random
import re
import threading
import time
import urllib.error
import urllib.request
import uuid
import weakref

__version__ = '0.1.0'
__all__ = ['Inkling']

MESSAGE_BYTES = 32 * 1024
BATCH_MESSAGES = 100
BATCH_BYTES = 450_000
QUEUE_BYTES = 32 * 1024 * 1024
RETRY_AFTER_MOST_SECONDS = 300
DETAIL_CHARACTERS = 2000

log = logging.getLogger('inkling')


class Inkling:
    """Sends events to Inkling. The two settings are the write key and where Inkling answers.

    on_error: called with each loss, a dict {reason, status, detail, messages}; by default a warning is logged.
    queue_limit: messages that wait at most.
    flush_interval: seconds a message waits for company.
    timeout: seconds one request may take.
    retry_base, retry_cap: seconds; the wait before attempt n is drawn from 0 to min(cap, base * 2**n).
    exit_timeout: seconds that close, or the end of the interpreter, tries to deliver what waits.
    """

    def __init__(self, key, address, on_error=None, queue_limit=10_000, flush_interval=0.5, timeout=10.0,
                 retry_base=0.5, retry_cap=30.0, exit_timeout=5.0):
        self._on_error = on_error or _warn
        self._exit_timeout = exit_timeout
        self._fault = _fault_of(key, address)
        self._closed = False
        if self._fault:
            self._report('settings', [], detail=self._fault)
            return
        post = _Post(key, address, timeout)
        self._sender = _Sender(post, self._report, queue_limit, flush_interval, retry_base, retry_cap)
        _open.add(self)

    def track(self, event, user_id=None, properties=None, **more):
        """Something somebody did. `more`, here and below: anonymous_id, message_id, timestamp, context, integrations."""
        self._add('track', more, event=event, userId=user_id, properties=properties)

    def identify(self, user_id=None, traits=None, **more):
        """Who somebody is."""
        self._add('identify', more, userId=user_id, traits=traits)

    def page(self, name=None, user_id=None, properties=None, **more):
        """A page that was seen; `more` may hold a category."""
        self._add('page', more, name=name, userId=user_id, properties=properties)

    def screen(self, name=None, user_id=None, properties=None, **more):
        """A screen of an app that was seen."""
        self._add('screen', more, name=name, userId=user_id, properties=properties)

    def group(self, group_id, user_id=None, traits=None, **more):
        """A group somebody belongs to."""
        self._add('group', more, groupId=group_id, userId=user_id, traits=traits)

    def alias(self, previous_id, user_id, **more):
        """Another identifier of somebody."""
        self._add('alias', more, previousId=previous_id, userId=user_id)

    def flush(self, timeout=10.0):
        """Sends now what waits; True when all of it has left the queue within `timeout` seconds."""
        return self._fault is not None or self._sender.flush(timeout)

    def close(self):
        """Flushes for exit_timeout seconds, reports what could not be delivered, and takes no more."""
        if self._closed or self._fault:
            return
        self._closed = True
        _open.discard(self)
        self._sender.flush(self._exit_timeout)
        lost = self._sender.end()
        if lost:
            self._report('undelivered', [json.loads(text) for text in lost])

    def _add(self, kind, more, **fields):
        if self._fault:
            return
        message = {**{_camel(name): value for name, value in more.items()}, **fields, 'type': kind}
        message = {name: value for name, value in message.items() if value is not None}
        if self._closed:
            self._report('closed', [message])
            return
        try:
            text = _write(message)
        except Exception as error:  # whatever a host's object does when it is looked at
            self._report('unreadable', [message], detail=str(error))
            return
        if len(text) > MESSAGE_BYTES:
            self._report('too_large', [message], detail='%d bytes' % len(text))
        elif not self._sender.add(text):
            self._report('queue_full', [message])

    def _report(self, reason, messages, status=None, detail=None):
        try:
            self._on_error({'reason': reason, 'status': status, 'detail': detail, 'messages': messages})
        except Exception:  # the host's callback is no reason to fail the host
            log.exception('on_error failed')


class _Sender:
    """One daemon thread that empties the queue, started with the first message and anew after a fork."""

    def __init__(self, post, report, queue_limit, flush_interval, retry_base, retry_cap):
        self._post, self._report = post, report
        self._queue_limit, self._flush_interval = queue_limit, flush_interval
        self._retry_base, self._retry_cap = retry_base, retry_cap
        self.forget()

    def forget(self):
        """Starts over with nothing. In a forked child: what waits is the parent's to send."""
        self._changed = threading.Condition(threading.Lock())
        self._queue = collections.deque()
        self._bytes = 0
        # Numbers of messages: that came, that left, and up to which somebody wants them sent now.
        self._added = self._left = self._wanted = 0
        self._flushes = 0
        self._thread = None
        self._ended = False

    def add(self, text):
        """False when the queue is full."""
        with self._changed:
            if len(self._queue) >= self._queue_limit or self._bytes + len(text) > QUEUE_BYTES:
                return False
            self._queue.append(text)
            self._bytes += len(text)
            self._added += 1
            if len(self._queue) in (1, BATCH_MESSAGES):
                self._changed.notify_all()
            if self._thread is None:
                self._start()
            return True

    def flush(self, timeout):
        with self._changed:
            target = self._wanted = self._added
            self._flushes += 1
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._left >= target, timeout)

    def end(self):
        """Stops, and gives back what has not left."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
            return self._take(len(self._queue))

    def _start(self):
        thread = threading.Thread(target=self._run, name='inkling', daemon=True)
        try:
            thread.start()
            self._thread = thread
        except RuntimeError:  # no threads left, or the interpreter is ending: the next message tries again
            pass

    def _run(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._ended)
                self._changed.wait_for(self._must_send, self._flush_interval)
                if self._ended:
                    return
                batch = self._batch()
            self._deliver(batch)

    def _must_send(self):
        return self._ended or self._wanted > self._left or len(self._queue) >= BATCH_MESSAGES

    def _batch(self):
        """The oldest messages that fit one request; they stay in the queue until they are answered."""
        batch, size = [], 0
        for text in self._queue:
            size += len(text) + 1
            if len(batch) == BATCH_MESSAGES or (batch and size > BATCH_BYTES):
                break
            batch.append(text)
        return batch

    def _deliver(self, batch):
        answer = self._post(batch)
        attempt = 0
        while answer.outcome == 'again':
            self._pause(answer.retry_after, attempt)
            if self._ended:
                return
            attempt += 1
            answer = self._post(batch)
        with self._changed:
            if self._ended:  # what was closed meanwhile has been told of as undelivered
                return
            self._take(len(batch))
        if answer.outcome == 'rejected':
            self._report('rejected', [json.loads(text) for text in batch], status=answer.status, detail=answer.detail)
        with self._changed:
            self._left += len(batch)
            self._changed.notify_all()

    def _pause(self, asked, attempt):
        """What the service asked for is waited for; the back-off after it (full jitter) ends when somebody flushes."""
        most = min(self._retry_cap, self._retry_base * 2 ** min(attempt, 30))
        with self._changed:
            self._changed.wait_for(lambda: self._ended, asked)
            flushes = self._flushes
            self._changed.wait_for(lambda: self._ended or self._flushes != flushes, random.uniform(0, most))

    def _take(self, count):
        texts = [self._queue.popleft() for _ in range(count)]
        self._bytes -= sum(map(len, texts))
        return texts


_Answer = collections.namedtuple('_Answer', 'outcome retry_after status detail')
_delivered = _Answer('delivered', 0, None, None)


class _Post:
    """One request, and what its answer means: delivered, rejected for good, or to be tried again."""

    def __init__(self, key, address, timeout):
        credentials = base64.b64encode(('%s:' % key).encode('utf-8')).decode('ascii')
        self._url = address.rstrip('/') + '/v1/batch'
        self._headers = {
            'content-type': 'application/json',
            'authorization': 'Basic ' + credentials,
            'user-agent': 'inkling-python/' + __version__,
        }
        self._timeout = timeout
        self._opener = urllib.request.build_opener(_StayHere)

    def __call__(self, texts):
        """Never raises."""
        body = b'{"batch":[%s],"sentAt":"%s"}' % (b','.join(texts), _moment(_now()).encode('ascii'))
        request = urllib.request.Request(self._url, data=body, headers=self._headers, method='POST')
        try:
            with self._opener.open(request, timeout=self._timeout):
                return _delivered
        except urllib.error.HTTPError as error:
            with error:
                return _read(error)
        except Exception as error:  # no connection, no answer in time, nonsense for an answer
            log.debug('could not send: %s', error)
            return _Answer('again', 0, None, None)


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A redirected POST becomes a GET, whose 200 would acknowledge what was never received."""

    def redirect_request(self, *_):
        return None


def _read(error):
    if 400 <= error.code < 500 and error.code != 429:
        detail = error.fp.read1(DETAIL_CHARACTERS).decode('utf-8', 'replace')
        return _Answer('rejected', 0, error.code, detail)
    asked = _retry_after(error.headers.get('retry-after')) if error.code in (429, 503) else 0
    return _Answer('again', asked, None, None)


def _retry_after(value):
    """Seconds. RFC 9110, 10.2.3: a number of seconds, or a date."""
    try:
        if re.match(r'\s*\d+\s*$', value or ''):
            seconds = int(value)
        else:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
    except (TypeError, ValueError):
        return 0
    return min(max(seconds, 0), RETRY_AFTER_MOST_SECONDS)


def _write(message):
    """JSON in UTF-8 of a message, with what every message has."""
    message = _plain(message)
    message.setdefault('messageId', str(uuid.uuid4()))
    message.setdefault('timestamp', _moment(_now()))
    library = {'name': 'inkling-python', 'version': __version__}
    message['context'] = {**message.get('context', {}), 'library': library}
    # Half a surrogate pair is no UTF-8.
    return json.dumps(message, ensure_ascii=False, separators=(',', ':')).encode('utf-8', 'replace')


def _plain(value):
    """A value as JSON knows it. What has no number is null; dates become ISO 8601, NumPy's values Python's."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    if isinstance(value, datetime.datetime):
        return _moment(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return _plain(float(value))
    if isinstance(value, uuid.UUID):
        return str(value)
    if hasattr(value, 'tolist'):
        return _plain(value.tolist())
    raise TypeError('%s cannot be written as JSON' % type(value).__name__)


def _now():
    return datetime.datetime.now(datetime.timezone.utc)


def _moment(value):
    """ISO 8601 in UTC with milliseconds; a time without a zone is local."""
    return value.astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (value.microsecond // 1000)


def _camel(name):
    first, *rest = name.split('_')
    return first + ''.join(part.title() for part in rest)


def _fault_of(key, address):
    if not key or not isinstance(key, str):
        return 'There is no key.'
    if not isinstance(address, str) or not re.match(r'https?://[^/\s]+', address):
        return 'The address %s is not one of http or https.' % (address,)
    return None


def _warn(loss):
    log.warning('%d message(s) lost: %s %s %s', len(loss['messages']), loss['reason'], loss['status'] or '',
                loss['detail'] or '')


# The sender's thread keeps an instance alive that has something to send.
_open = weakref.WeakSet()


def _close_all():
    for inkling in list(_open):
        inkling.close()


def _forget_all():
    for inkling in list(_open):
        inkling._sender.forget()


atexit.register(_close_all)
if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_forget_all)
