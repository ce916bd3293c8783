// Requests to addresses that a workspace names. None may reach into the network that the service runs in (SSRF): an
// address is looked up and refused when it is private, and the connection goes to the very address that was looked at,
// so that no second answer of the name service slips in. Redirects are not followed. Whoever runs the service may allow
// more with OUTBOUND_ALLOW: host names, addresses and ranges with commas in between.

import { promises as dns, type LookupAddress, lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { InklingError } from '../errors.ts';
import { SECOND_MS } from '../time.ts';

const TIMEOUT_MS = 10 * SECOND_MS;

/** What no request may reach: RFC 6890 and its neighbours, cloud metadata (169.254.169.254) among them. */
const inside = blockListOf([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4', '::/128', '::1/128', '64:ff9b::/96', '100::/64', '2001:db8::/32', 'fc00::/7'],
  ...['fe80::/10', 'ff00::/8'],
]);

/** Throws `invalid_input` when the address cannot be called. */
export async function refuseAddress(address: string, field: string): Promise<void> {
  const url = readUrl(address, field);
  if (isAllowedHost(url.hostname)) return;
  const host = bare(url.hostname);
  const found: LookupAddress[] = isIP(host)
    ? [{ address: host, family: isIP(host) }]
    : await dns.lookup(host, { all: true }).catch(() => []);
  if (found.length > 0 && found.every(({ address }) => isReachable(address))) return;
  throw refused(
    address,
    field,
    found.length === 0 ? 'its name is unknown' : 'it lies within the network of the service',
  );
}

/** Resolves when it was answered with 2xx. */
export async function postOutside(address: string, body: string, headers: Record<string, string>): Promise<void> {
  const url = readUrl(address, 'url');
  const host = bare(url.hostname);
  if (isIP(host) && !isReachable(host)) throw refused(address, 'url', 'it lies within the network of the service');
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  await new Promise<void>((resolve, reject) => {
    const sent = request(
      url,
      { method: 'POST', headers, lookup: checkedLookup(url.hostname), signal: AbortSignal.timeout(TIMEOUT_MS) },
      (response) => {
        response.resume();
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(new InklingError('unavailable', `${url.host} answered ${statusCode}.`, { value: statusCode }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function checkedLookup(host: string): LookupFunction {
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const usable = isAllowedHost(host) ? addresses : addresses.filter(({ address }) => isReachable(address));
      if (usable.length === 0) {
        return callback(refused(name, 'url', 'it lies within the network of the service') as NodeJS.ErrnoException, []);
      }
      if (options.all) return callback(null, usable);
      return callback(null, usable[0].address, usable[0].family);
    });
  };
}

function isReachable(address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (allowed().ranges.check(address, family)) return true;
  // An IPv4 address in the clothes of an IPv6 one is judged as what it is.
  const inner = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return inner ? isReachable(inner) : !/^::ffff:/i.test(address) && !inside.check(address, family);
}

function isAllowedHost(host: string): boolean {
  return allowed().hosts.has(host.toLowerCase());
}

let known: { text: string; hosts: Set<string>; ranges: BlockList } | undefined;

function allowed() {
  const text = process.env['OUTBOUND_ALLOW'] ?? '';
  if (known?.text === text) return known;
  const parts = text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter(Boolean);
  const isRange = (part: string) => isIP(part.split('/')[0]) > 0;
  known = {
    text,
    hosts: new Set(parts.filter((part) => !isRange(part))),
    ranges: blockListOf(parts.filter(isRange)),
  };
  return known;
}

function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address, bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}

function readUrl(text: string, field: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw new InklingError('invalid_input', `"${text}" is not an address that can be called.`, {
    field,
    value: text,
    hint: 'Use https://… without user name and password.',
  });
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function refused(address: string, field: string, why: string): InklingError {
  return new InklingError('invalid_input', `"${address}" is not called: ${why}.`, {
    field,
    value: address,
    hint: 'Use a public address. Whoever runs the service may allow others with OUTBOUND_ALLOW.',
  });
}
