// As much XML as a SOAP message needs: elements, their text and attributes. What SOAP forbids (a document type, processing
// instructions but the first) is refused, so there are no entities to unfold and nothing to fetch.

import { InklingError } from '../../errors.ts';

export type Element = {
  /** Without the prefix of its namespace. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: Element[];
  text: string;
};

const DEPTH_LIMIT = 32;
const TOKEN =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy;

/** The root element. Throws `invalid_input` when the text is no XML of this kind. */
export function parseXml(text: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  TOKEN.lastIndex = 0;
  let end = 0;
  for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) {
    end = TOKEN.lastIndex;
    const [, cdata, closing, name, attributes, empty, plain] = found;
    const here = open[open.length - 1];
    if (cdata !== undefined) here.text += cdata;
    else if (plain !== undefined) here.text += unescaped(plain);
    else if (name === undefined) continue;
    else if (closing === '/') {
      if (open.length === 1 || here.name !== localName(name)) throw broken(`</${name}> closes nothing`);
      open.pop();
    } else {
      const element = { name: localName(name), attributes: attributesIn(attributes), children: [], text: '' };
      here.children.push(element);
      if (empty === '/') continue;
      if (open.push(element) > DEPTH_LIMIT) throw broken('it is nested too deep');
    }
  }
  if (end !== text.length) throw broken(`it stops making sense at character ${end}`);
  if (open.length > 1 || root.children.length !== 1) throw broken('it has no root that is closed');
  return root.children[0];
}

/** The first element of that name below, at any depth. */
export function findElement(element: Element, name: string): Element | undefined {
  for (const child of element.children) {
    if (child.name === name) return child;
    const found = findElement(child, name);
    if (found) return found;
  }
  return undefined;
}

export function textIn(element: Element | undefined, name: string): string {
  return element?.children.find((child) => child.name === name)?.text.trim() ?? '';
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function attributesIn(text: string): Record<string, string> {
  const pairs = text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return Object.fromEntries(
    [...pairs].map(([, name, double, single]) => [localName(name), unescaped(double ?? single)]),
  );
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (whole, decimal, hex, word) => {
    if (word !== undefined) return named[word] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function broken(why: string): InklingError {
  return new InklingError('invalid_input', `The body is not XML: ${why}.`, {
    field: 'body',
    hint: 'Send a SOAP message as Salesforce does.',
  });
}
