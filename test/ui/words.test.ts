// The parts of the dashboard that need no browser: numbers as words, CSV, and the colours (contrast by WCAG 2.2,
// colour blindness by the matrices of Machado, Oliveira & Fernandes 2009).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toCsv } from '../../ui/src/csv.ts';
import * as format from '../../ui/src/format.ts';
import { levelOfScore } from '../../ui/src/levels.ts';
import { type Scheme, tokens } from '../../ui/src/tokens.ts';

test('unknown is a dash, never a zero', () => {
  for (const tell of [format.count, format.compact, format.percent, format.decimal, format.money, format.value]) {
    assert.equal(tell(null), '–');
    assert.equal(tell(undefined), '–');
    assert.equal(tell(Number.NaN), '–');
    assert.match(tell(0), /^0/);
  }
  assert.equal(format.percentRange(null), '–');
  assert.equal(format.relative(null, 0), '–');
  assert.equal(format.stamp('not a date', 'UTC'), '–');
});

test('rates keep the digits that matter', () => {
  assert.equal(format.percent(0.712), '71%');
  assert.equal(format.percent(0.034), '3.4%');
  assert.equal(format.percent(0.0004), '< 0.1%');
  assert.equal(format.ofHundred(0.712), '71');
  assert.equal(format.ofHundredRange([0.651, 0.766]), '65 to 77');
  assert.equal(format.ofHundredRange([0.047, 0.054]), '4.7 to 5.4');
  assert.equal(format.ofHundred(0.004), '0.4');
});

test('money names its currency, and a sender’s own word for one stays as it is', () => {
  assert.equal(format.money(84.5), '84.50');
  assert.match(format.money(84.5, 'EUR'), /€84\.50|84,50/);
  assert.match(format.money(1234, 'USD'), /\$1,234/);
  assert.equal(format.money(5, 'EURO'), '5 EURO');
  assert.match(format.compactMoney(123_456, 'GBP'), /£123\.5K/);
  assert.match(format.signalValue(12, 'currency', 'JPY'), /¥12/);
});

test('times of a signal are told in the unit that fits them', () => {
  assert.equal(format.signalValue(0.999, 'hours'), '59.9 minutes');
  assert.equal(format.signalValue(71, 'hours'), '71 hours');
  assert.equal(format.signalValue(84, 'hours'), '3.5 days');
  assert.equal(format.signalValue(0, 'hours'), '0 hours');
});

test('moments are told in the zone of the workspace, and name it', () => {
  assert.match(format.stamp('2026-03-03T23:30:00Z', 'Asia/Tokyo'), /4.*08:30 \(Asia\/Tokyo\)|08:30/);
  assert.match(format.day('2026-03-03T23:30:00Z', 'Asia/Tokyo'), /4/);
  assert.match(format.day('2026-03-03', 'America/Los_Angeles'), /3/, 'a bare date is not moved');
  assert.equal(format.relative('2026-03-03T12:00:00Z', Date.parse('2026-03-03T12:03:10Z')), '3 minutes ago');
});

test('the levels begin where the ready segments do [INT-1]', () => {
  assert.deepEqual(
    [100, 70, 69, 40, 39, 0].map((score) => levelOfScore(score).level),
    ['HIGH', 'HIGH', 'MEDIUM', 'MEDIUM', 'LOW', 'LOW'],
  );
});

test('CSV quotes what needs it and disarms formulas', () => {
  const csv = toCsv({
    columns: ['a', 'b'],
    rows: [
      ['say "hi", you', 1.5],
      ['=1+1', null],
      ['-2', -2],
    ],
  });
  assert.equal(csv, 'a,b\r\n"say ""hi"", you",1.5\r\n\'=1+1,\r\n\'-2,-2');
});

const schemes: Scheme[] = ['light', 'dark'];

test('text and marks have the contrast WCAG 2.2 AA asks for', () => {
  for (const scheme of schemes) {
    const t = tokens[scheme];
    for (const ground of [t.canvas, t.surface, t.sunken]) {
      for (const name of ['ink', 'inkSoft', 'inkFaint', 'accent'] as const) {
        assert.ok(contrast(t[name], ground) >= 4.5, `${scheme} ${name} on ${ground}: ${contrast(t[name], ground)}`);
      }
    }
    assert.ok(contrast(t.onAccent, t.accent) >= 4.5);
    for (const name of ['high', 'medium', 'low', 'raises', 'lowers'] as const) {
      assert.ok(contrast(t[name], t.surface) >= 3, `${scheme} ${name}: ${contrast(t[name], t.surface)}`);
    }
  }
});

// Severity 1.0 of Machado et al. 2009, linear RGB.
const blindness = {
  none: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

test('High, Medium and Low, and raising and lowering, differ for every eye', () => {
  for (const scheme of schemes) {
    const { high, medium, low, raises, lowers } = tokens[scheme];
    for (const [kind, matrix] of Object.entries(blindness)) {
      for (const [a, b] of [
        [high, medium],
        [medium, low],
        [high, low],
        [raises, lowers],
      ]) {
        const distance = labDistance(seen(a, matrix), seen(b, matrix));
        // 2.3 is just noticeable; 15 is told apart at a glance.
        assert.ok(distance >= 15, `${scheme}, ${kind}: ${a} and ${b} are ${distance.toFixed(1)} apart`);
      }
    }
  }
});

function linear(hex: string): number[] {
  return [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
}

function contrast(a: string, b: string): number {
  const [dark, bright] = [a, b]
    .map((hex) => linear(hex))
    .map(([r, g, blue]) => 0.2126 * r + 0.7152 * g + 0.0722 * blue)
    .sort((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

function seen(hex: string, m: number[]): number[] {
  const [r, g, b] = linear(hex);
  return [0, 3, 6].map((row) => Math.max(0, Math.min(1, m[row] * r + m[row + 1] * g + m[row + 2] * b)));
}

/** CIE 1976 distance under D65. */
function labDistance(a: number[], b: number[]): number {
  const [one, two] = [lab(a), lab(b)];
  return Math.hypot(one[0] - two[0], one[1] - two[1], one[2] - two[2]);
}

function lab([r, g, b]: number[]): number[] {
  const f = (part: number) => (part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
