import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Document, drawHtml, drawPdf } from '../../src/lab/index.ts';
import { textOfPdf } from '../support/pdf.ts';

const long: Document = {
  title: 'Größe (a \\ b)',
  lead: 'Über alles – “so”… €5',
  sections: Array.from({ length: 30 }, (_, i) => ({
    title: `Part ${i}`,
    blocks: [
      { text: `Words ${i}. `.repeat(60) },
      { list: ['one', 'two'] },
      {
        table: {
          header: ['what', 'how much'],
          rows: [
            ['x'.repeat(400), '1'],
            ['row', `${i}`],
          ],
        },
      },
      { bars: { title: 'Bars', description: 'Some bars.', bars: [{ name: 'a', value: 2, text: '2' }] } },
    ],
  })),
};

test('a document runs over as many pages as it needs and keeps every word', () => {
  const text = textOfPdf(drawPdf(long));
  assert.ok(text.startsWith('Größe (a \\ b) Über alles \x96 \x93so\x94\x85 \x805'));
  for (let i = 0; i < 30; i++) {
    assert.ok(text.includes(`Part ${i}`));
    assert.equal(text.split(`Words ${i}.`).length, 61);
  }
  assert.equal(text.split('x').length - 1 >= 30 * 400, true, 'a word wider than its column is broken, not cut');
  assert.ok(!text.includes('cannot show'));
  const pages =
    drawPdf(long)
      .toString('latin1')
      .match(/\/Type \/Page /g) ?? [];
  assert.ok(pages.length > 10);
});

test('letters that the font has not are counted and told of; the HTML has them', () => {
  const document: Document = { title: 'Обувь', lead: 'ok', sections: [] };
  assert.ok(textOfPdf(drawPdf(document)).includes('5 letters that this file cannot show'));
  assert.ok(drawHtml(document).includes('<h1>Обувь</h1>'));
});
