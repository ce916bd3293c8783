// Whether an address belongs to a hosting provider, by the ranges that a workspace names. People seldom sit in data
// centres (but for proxies and VPNs), so it is a hint and no verdict. The address is looked at and not kept.

import { BlockList, isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { InklingError } from '../errors.ts';

export type IsHosted = (address: string) => boolean;

const ADDRESSES_REMEMBERED = 20_000;
export const HOSTING_RANGES_LIMIT = 20_000;

/** undefined where there are no ranges. Throws `invalid_input` with the first text that is none. */
export function openHosting(ranges: readonly string[]): IsHosted | undefined {
  if (ranges.length === 0) return undefined;
  const list = new BlockList();
  for (const [index, range] of ranges.entries()) addRange(list, range, index);
  const known = new LRUCache<string, boolean>({ max: ADDRESSES_REMEMBERED });
  return (address) => {
    const before = known.get(address);
    if (before !== undefined) return before;
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
    const family = isIP(plain);
    const hosted = family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
    known.set(address, hosted);
    return hosted;
  };
}

function addRange(list: BlockList, range: string, index: number): void {
  const [address, bits, ...rest] = range.split('/');
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  const width = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (family !== 0 && rest.length === 0 && width >= 0 && width <= most) {
    list.addSubnet(address, width, family === 6 ? 'ipv6' : 'ipv4');
    return;
  }
  throw new InklingError('invalid_input', `"${range}" is not a range of addresses.`, {
    field: `hostingRanges[${index}]`,
    value: range,
    hint: 'Write ranges as providers publish them, such as 192.0.2.0/24 or 2001:db8::/32.',
  });
}
