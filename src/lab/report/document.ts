// A document of paragraphs, tables and bars, described once: drawn as a page for a browser (below) or as a PDF (pdf.ts).
import { drawBars } from './chart.ts';
import { asMarkup, htmlTable } from './markup.ts';
import { drawPage } from './page.ts';

export type Block =
  | { text: string }
  | { list: readonly string[] }
  | { table: { header: readonly string[]; rows: readonly (readonly string[])[] } }
  | { bars: { title: string; description: string; bars: readonly { name: string; value: number; text: string }[] } };

export type Document = {
  title: string;
  lead: string;
  sections: readonly { title: string; blocks: readonly Block[] }[];
};

/** One HTML file that needs nothing else. */
export function drawHtml({ title, lead, sections }: Document): string {
  return drawPage({
    title,
    lead,
    sections: sections.map((section) => ({ title: section.title, html: section.blocks.map(toHtml).join('\n') })),
  });
}

function toHtml(block: Block): string {
  if ('text' in block) return `<p>${asMarkup(block.text)}</p>`;
  if ('list' in block) return `<ul>${block.list.map((line) => `<li>${asMarkup(line)}</li>`).join('')}</ul>`;
  if ('table' in block) return htmlTable(block.table.header, block.table.rows);
  return drawBars(block.bars);
}
