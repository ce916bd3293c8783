// A document as PDF 1.4 (ISO 32000-1) without a browser: A4 pages of text, tables and bars in Helvetica, which every
// reader brings along. That font has the letters of Western Europe only (WinAnsi); any other letter stands as "?" and the
// last page says so. What was left out: tags for screen readers (the HTML has them), other fonts, pictures.
import { deflateSync } from 'node:zlib';
import type { Block, Document } from './document.ts';

const [WIDTH, HEIGHT, MARGIN] = [595, 842, 50];
const INNER = WIDTH - 2 * MARGIN;
const LEADING = 1.35;

type Font = 'F1' | 'F2';
type Sheet = { pages: string[][]; y: number; lost: number };

export function drawPdf({ title, lead, sections }: Document): Buffer {
  const sheet: Sheet = { pages: [[]], y: HEIGHT - MARGIN, lost: 0 };
  paragraph(sheet, title, { size: 18, font: 'F2' });
  paragraph(sheet, lead, { size: 10, grey: 0.35, after: 8 });
  for (const section of sections) {
    sheet.y -= 10;
    room(sheet, 60);
    paragraph(sheet, section.title, { size: 13, font: 'F2', after: 4 });
    for (const block of section.blocks) put(sheet, block);
  }
  if (sheet.lost > 0) {
    const text = `${sheet.lost} letters that this file cannot show stand as "?"; the report as HTML has them.`;
    paragraph(sheet, text, { size: 9, grey: 0.35 });
  }
  return assemble(
    title,
    sheet.pages.map((page) => page.join('\n')),
  );
}

type Look = { size: number; font?: Font; grey?: number; after?: number; indent?: number };

function put(sheet: Sheet, block: Block): void {
  if ('text' in block) paragraph(sheet, block.text, { size: 10, after: 4 });
  else if ('table' in block) table(sheet, block.table);
  else if ('bars' in block) bars(sheet, block.bars);
  else for (const line of block.list) paragraph(sheet, `• ${line}`, { size: 10, indent: 10, after: 2 });
}

type Bars = Extract<Block, { bars: unknown }>['bars'];

function bars(sheet: Sheet, { title, description, bars: each }: Bars): void {
  paragraph(sheet, title, { size: 10, font: 'F2', after: 2 });
  const largest = Math.max(...each.map(({ value }) => value), 1e-12);
  for (const { name, value, text } of each) {
    room(sheet, 15);
    const base = sheet.y - 10;
    const [shown] = wrap(name, 250, 9, 'F1');
    write(sheet, shown, MARGIN, base, { size: 9 });
    const width = (Math.max(0, value) / largest) * (INNER - 320);
    draw(sheet, `0.04 0.38 0.66 rg ${MARGIN + 260} ${base - 1} ${width.toFixed(1)} 8 re f`);
    write(sheet, text, MARGIN + 266 + width, base, { size: 9, grey: 0.35 });
    sheet.y -= 14;
  }
  paragraph(sheet, description, { size: 9, grey: 0.35, after: 4 });
}

function paragraph(sheet: Sheet, text: string, look: Look): void {
  const { size, font = 'F1', after = 2, indent = 0 } = look;
  for (const line of wrap(text, INNER - indent, size, font)) {
    room(sheet, size * LEADING);
    write(sheet, line, MARGIN + indent, sheet.y - size, look);
    sheet.y -= size * LEADING;
  }
  sheet.y -= after;
}

/** Columns as wide as their widest cell wants to be, within what there is. */
function table(
  sheet: Sheet,
  { header, rows }: { header: readonly string[]; rows: readonly (readonly string[])[] },
): void {
  const size = 9;
  const gap = 8;
  const wanted = header.map((title, c) =>
    Math.max(widthOf(title, size, 'F2'), ...rows.map((row) => Math.min(widthOf(row[c] ?? '', size, 'F1'), INNER / 2))),
  );
  const free = INNER - gap * (header.length - 1);
  const scale = Math.min(1, free / wanted.reduce((sum, width) => sum + width, 0));
  const widths = wanted.map((width) => width * scale);
  const line = (cells: readonly string[], font: Font) => {
    const texts = cells.map((cell, c) => wrap(cell, widths[c] + 0.5, size, font));
    const height = Math.max(...texts.map((lines) => lines.length)) * size * LEADING;
    room(sheet, height + 4);
    let x = MARGIN;
    for (const [c, lines] of texts.entries()) {
      for (const [i, one] of lines.entries()) write(sheet, one, x, sheet.y - size - i * size * LEADING, { size, font });
      x += widths[c] + gap;
    }
    sheet.y -= height + 3;
    draw(sheet, `0.85 G 0.5 w ${MARGIN} ${sheet.y.toFixed(1)} m ${WIDTH - MARGIN} ${sheet.y.toFixed(1)} l S`);
    sheet.y -= 2;
  };
  line(header, 'F2');
  for (const row of rows) line(row, 'F1');
  sheet.y -= 6;
}

/** Begins a page where the present one has less room. */
function room(sheet: Sheet, height: number): void {
  if (sheet.y - height >= MARGIN) return;
  sheet.pages.push([]);
  sheet.y = HEIGHT - MARGIN;
}

function draw(sheet: Sheet, operators: string): void {
  sheet.pages[sheet.pages.length - 1].push(operators);
}

function write(sheet: Sheet, text: string, x: number, y: number, { size, font = 'F1', grey = 0.1 }: Look): void {
  const bytes = [...text].map((letter) => {
    const code = codeOf(letter);
    if (code === undefined) sheet.lost += 1;
    return code ?? 63;
  });
  const escaped = bytes
    .map((code) => {
      if (code === 40 || code === 41 || code === 92) return `\\${String.fromCharCode(code)}`;
      return code < 127 ? String.fromCharCode(code) : `\\${code.toString(8)}`;
    })
    .join('');
  draw(sheet, `BT ${grey} g /${font} ${size} Tf ${x.toFixed(1)} ${y.toFixed(1)} Td (${escaped}) Tj ET`);
}

function wrap(text: string, width: number, size: number, font: Font): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).flatMap((one) => broken(one, width, size, font))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer, size, font) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** A word that is wider than the line, in parts. */
function broken(word: string, width: number, size: number, font: Font): string[] {
  const parts = [''];
  for (const letter of word) {
    const longer = parts[parts.length - 1] + letter;
    if (longer.length > 1 && widthOf(longer, size, font) > width) parts.push(letter);
    else parts[parts.length - 1] = longer;
  }
  return parts;
}

/** Widths of space to tilde in thousandths of the size (Adobe's metrics of Helvetica). */
const WIDTHS = [
  ...[
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  ],
  ...[
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  ],
  ...[
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  ],
  ...[
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  ],
  ...[260, 334, 584],
];
const OTHER_WIDTH = 600;
/** Bold letters are wider by about so much; a little too much only breaks a line early. */
const BOLD = 1.08;

function widthOf(text: string, size: number, font: Font): number {
  let sum = 0;
  // An accent adds nothing to a letter's width.
  for (const letter of text.normalize('NFD')) {
    if (/\p{M}/u.test(letter)) continue;
    sum += WIDTHS[letter.charCodeAt(0) - 32] ?? OTHER_WIDTH;
  }
  return ((sum * size) / 1000) * (font === 'F2' ? BOLD : 1);
}

/** Where Windows-1252 differs from Latin-1. */
const SPECIAL: Readonly<Record<string, number>> = {
  ...{ '€': 0x80, '‚': 0x82, '„': 0x84, '…': 0x85, '‰': 0x89, Š: 0x8a, Œ: 0x8c, Ž: 0x8e, '‘': 0x91, '’': 0x92 },
  ...{ '“': 0x93, '”': 0x94, '•': 0x95, '–': 0x96, '—': 0x97, '™': 0x99, š: 0x9a, œ: 0x9c, ž: 0x9e, Ÿ: 0x9f },
  // Signs that the font has not, as what they mean.
  ...{ '→': 0x3e, '−': 0x2d, '\u202f': 0x20, '\u2009': 0x20 },
};

function codeOf(letter: string): number | undefined {
  const special = SPECIAL[letter];
  if (special !== undefined) return special;
  const code = letter.codePointAt(0) ?? 0;
  return (code >= 32 && code < 127) || (code >= 160 && code <= 255) ? code : undefined;
}

/** Objects, their places, and the trailer that names the first of them. */
function assemble(title: string, pages: readonly string[]): Buffer {
  const first = 6;
  const kids = pages.map((_, i) => `${first + 2 * i} 0 R`).join(' ');
  const font = (name: string) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  const objects: Buffer[] = [
    '<< /Type /Catalog /Pages 2 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    font('Helvetica'),
    font('Helvetica-Bold'),
    `<< /Title <FEFF${Buffer.from(title, 'utf16le').swap16().toString('hex')}> /Producer (Inkling) >>`,
  ].map((text) => Buffer.from(text, 'latin1'));
  for (const [i, page] of pages.entries()) {
    const fonts = '<< /Font << /F1 3 0 R /F2 4 0 R >> >>';
    const box = `/MediaBox [0 0 ${WIDTH} ${HEIGHT}]`;
    objects.push(
      Buffer.from(`<< /Type /Page /Parent 2 0 R ${box} /Resources ${fonts} /Contents ${first + 2 * i + 1} 0 R >>`),
    );
    const stream = deflateSync(Buffer.from(page, 'latin1'));
    const head = `<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`;
    objects.push(Buffer.concat([Buffer.from(head), stream, Buffer.from('\nendstream')]));
  }
  const chunks = [Buffer.from('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  let at = chunks[0].length;
  const places = objects.map((body, i) => {
    const place = at;
    const whole = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]);
    chunks.push(whole);
    at += whole.length;
    return place;
  });
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const trailer = `<< /Size ${objects.length + 1} /Root 1 0 R /Info 5 0 R >>`;
  chunks.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n${trailer}\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(chunks);
}
