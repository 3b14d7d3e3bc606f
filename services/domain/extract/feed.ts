/** Extracts RSS, Atom and RDF feeds: one item a section, in the feed's order. */
import { XMLParser } from 'fast-xml-parser';
import { dropInvisible, foldSpace } from '../characters.ts';
import { failed, type Extraction, type ExtractOptions } from './extraction.ts';
import { renderText, viewPage } from './render.ts';
import { never, refuseSelectors } from './text.ts';
import { parsePage } from './tree.ts';
import { findValues } from './values.ts';

type Xml = Readonly<Record<string, unknown>>;

interface Item {
  readonly title: string;
  readonly lines: readonly string[];
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};
/** An untitled item is named by so many characters of its text. */
const NAME_LENGTH = 80;

/**
 * Reads a feed: `## title`, the date, the summary's lines. Links are left out, and entities that
 * the document declares are not expanded. It has no elements to select, so selectors are refused.
 */
export function extractFeed(body: string, options: ExtractOptions): Extraction {
  const refused = refuseSelectors(options, 'a feed has no elements; use ignore instead');
  if (refused !== undefined) return refused;
  const channel = channelOf(parse(body));
  if (channel === undefined) {
    return failed('decodeFailed', 'The answer is not a feed (RSS, Atom or RDF).');
  }
  const title = plain(channel.head['title']);
  const sections = channel.items.map(readItem).map((item) => [`## ${item.title}`, ...item.lines]);
  const text = [...(title === '' ? [] : [`# ${title}`]), ...sections.flat()].join('\n');
  const values = findValues(options.values, text, () => ({ kind: 'found', texts: [] }), never);
  if (values.kind === 'failed') return values;
  return {
    kind: 'extracted',
    title,
    text,
    signs: [],
    needsJavaScript: false,
    warnings: values.warnings,
    values: values.values,
  };
}

function parse(body: string): Xml {
  const parser = new XMLParser({
    ignoreAttributes: true,
    processEntities: false,
    parseTagValue: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    trimValues: true,
    // Atom's markup is shown as text, not as elements of the feed.
    stopNodes: ['feed.entry.content', 'feed.entry.summary', 'feed.entry.title'],
  });
  try {
    return asObject(parser.parse(body));
  } catch {
    return {};
  }
}

function channelOf(document: Xml): { head: Xml; items: Xml[] } | undefined {
  const rss = asObject(asObject(document['rss'])['channel']);
  if ('rss' in document) return { head: rss, items: asList(rss['item']) };
  if ('feed' in document) {
    const feed = asObject(document['feed']);
    return { head: feed, items: asList(feed['entry']) };
  }
  if (!('rdf:RDF' in document)) return undefined;
  const rdf = asObject(document['rdf:RDF']);
  return { head: asObject(rdf['channel']), items: asList(rdf['item']) };
}

function readItem(item: Xml): Item {
  const date = plain(
    item['pubDate'] ?? item['published'] ?? item['dc:date'] ?? item['updated'] ?? '',
  );
  const summary = linesOf(
    item['description'] ?? item['summary'] ?? item['content:encoded'] ?? item['content'] ?? '',
  );
  const title = plain(item['title']);
  const name = title === '' ? (summary[0] ?? 'Untitled').slice(0, NAME_LENGTH) : title;
  return { title: name, lines: [...(date === '' ? [] : [`Published: ${date}`]), ...summary] };
}

/** Text of an element on one line. */
function plain(value: unknown): string {
  return linesOf(value).join(' ');
}

/** The lines that a reader sees of an element whose text is often escaped HTML. */
function linesOf(value: unknown): string[] {
  const raw = decode(textIn(value));
  const tree = /[<&]/.test(raw) ? parsePage(raw) : undefined;
  const text = tree === undefined ? raw : renderText(viewPage(tree));
  return dropInvisible(text)
    .split('\n')
    .map((line) => foldSpace(line.replace(/^\s*#{1,6} /, '')))
    .filter((line) => line !== '');
}

function textIn(value: unknown): string {
  const [first] = Array.isArray(value) ? value : [value];
  if (typeof first === 'string') return first;
  const text = asObject(first)['#text'];
  return typeof text === 'string' ? text : '';
}

/** The five entities of XML and character references, once; nothing that a document declares. */
function decode(text: string): string {
  const bare = text.replace(/<!\[CDATA\[([^]*?)\]\]>/g, '$1');
  return bare.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,4}));/gi, (whole, ...groups) => {
    const [decimal, hex, name] = groups as (string | undefined)[];
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0x10_ff_ff ? '' : String.fromCodePoint(code);
  });
}

function asObject(value: unknown): Xml {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Xml) : {};
}

function asList(value: unknown): Xml[] {
  return (Array.isArray(value) ? value : [value])
    .filter((item) => item !== undefined)
    .map(asObject);
}
