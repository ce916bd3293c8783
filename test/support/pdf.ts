// Reads a PDF strictly as the standard has it: every object lies where the table says, every stream is as long as it says,
// and answers the text of its pages.

import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';

export function textOfPdf(bytes: Buffer): string {
  const file = bytes.toString('latin1');
  assert.match(file, /^%PDF-1\.\d\n/);
  assert.match(file, /%%EOF\n$/);
  const table = Number(file.match(/startxref\n(\d+)\n%%EOF\n$/)?.[1]);
  const [, count] = file.slice(table).match(/^xref\n0 (\d+)\n/) ?? [];
  const rows = [...file.slice(table).matchAll(/^(\d{10}) (\d{5}) ([nf]) $/gm)];
  assert.equal(rows.length, Number(count));
  const objects = rows.slice(1).map(([, place], i) => {
    const from = Number(place);
    assert.ok(file.slice(from).startsWith(`${i + 1} 0 obj\n`), `object ${i + 1} is not at ${from}`);
    return file.slice(from, file.indexOf('\nendobj\n', from));
  });
  const pages = objects.filter((object) => object.includes('/Type /Page '));
  assert.equal(pages.length, Number(objects[1].match(/\/Count (\d+)/)?.[1]));
  return pages.map((page) => pageText(objects[Number(page.match(/\/Contents (\d+) 0 R/)?.[1]) - 1])).join('\n');
}

function pageText(object: string): string {
  const length = Number(object.match(/\/Length (\d+)/)?.[1]);
  const from = object.indexOf('stream\n') + 'stream\n'.length;
  assert.equal(object.slice(from + length), '\nendstream');
  const operators = inflateSync(Buffer.from(object.slice(from, from + length), 'latin1')).toString('latin1');
  return [...operators.matchAll(/\(((?:\\.|[^\\()])*)\) Tj/g)]
    .map(([, text]) =>
      text.replace(/\\(\d{3}|.)/g, (_, code: string) =>
        code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code,
      ),
    )
    .join(' ');
}
