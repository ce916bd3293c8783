// @ts-check
// One request, and what its answer means: delivered, rejected for good, or to be tried again.

const RETRY_AFTER_MOST_MS = 300_000;
const DETAIL_CHARACTERS = 2000;

/**
 * @typedef {{ outcome: 'delivered' }
 *   | { outcome: 'rejected', status: number, detail: string }
 *   | { outcome: 'again', retryAfterMs: number }} Answer
 *
 * Never rejects.
 * @param {{ address: string, key: string, timeoutMs: number }} settings
 * @param {string[]} messages as JSON
 * @param {AbortSignal} ended gives up at once
 * @returns {Promise<Answer>}
 */
export async function post({ address, key, timeoutMs }, messages, ended) {
  const abort = new AbortController();
  const give = () => abort.abort();
  const timer = setTimeout(give, timeoutMs);
  ended.addEventListener('abort', give);
  try {
    const response = await fetch(`${address}/v1/batch`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
      },
      body: `{"batch":[${messages.join(',')}],"sentAt":"${new Date().toISOString()}"}`,
      // A redirected POST becomes a GET, whose 200 would acknowledge what was never received.
      redirect: 'manual',
      signal: abort.signal,
    });
    const detail = await response.text();
    return read(response, detail.slice(0, DETAIL_CHARACTERS));
  } catch {
    return { outcome: 'again', retryAfterMs: 0 };
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', give);
  }
}

/** @param {Response} response @param {string} detail @returns {Answer} */
function read({ status, headers }, detail) {
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  if (status >= 400 && status < 500 && status !== 429) return { outcome: 'rejected', status, detail };
  const asked = status === 429 || status === 503 ? retryAfter(headers.get('retry-after')) : 0;
  return { outcome: 'again', retryAfterMs: asked };
}

/** RFC 9110, 10.2.3: seconds or a date. @param {string | null} value */
function retryAfter(value) {
  if (!value) return 0;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Math.min(Math.max(ms || 0, 0), RETRY_AFTER_MOST_MS);
}

/** Full jitter. @param {number} attempt from 0 @param {{ retryBaseMs: number, retryCapMs: number }} settings */
export function backoff(attempt, { retryBaseMs, retryCapMs }) {
  return Math.random() * Math.min(retryCapMs, retryBaseMs * 2 ** attempt);
}
