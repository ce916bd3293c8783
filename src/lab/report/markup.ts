// Text into HTML and SVG.

/** Text that stands for itself between tags and in quoted attributes. */
export function asMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A number as short as it can be read. */
export function short(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 1e6)) return value.toExponential(1);
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}

export const percent = (share: number) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** A table with a header; cells that are numbers stand to the right. */
export function htmlTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) =>
    typeof value === 'number' ? `<td class="number">${short(value)}</td>` : `<td>${asMarkup(value)}</td>`;
  const head = header.map((title) => `<th scope="col">${asMarkup(title)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}
