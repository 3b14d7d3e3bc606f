/** Decides how a body is read. */

export type Format = 'Html' | 'Json' | 'Feed' | 'Text' | 'Pdf';

const XML = /^(?:text|application)\/(?:[\w.-]+\+)?xml$/;
const FEED_ROOTS = new Set(['rss', 'feed', 'rdf:rdf']);
const HTML_ROOTS = new Set(['html', 'head', 'body']);
/** How much of a body is looked at. */
const SNIFFED = 4_096;

/**
 * The format to read a body by.
 * @param contentType the header's value, with or without parameters, may be empty
 * @param body the decoded body, or its beginning
 * @param asked the source's `format`; anything but Auto is followed
 */
export function detectFormat(
  contentType: string,
  body: string,
  asked: Format | 'Auto',
): Format | 'unsupported' {
  if (asked !== 'Auto') return asked;
  const start = body.slice(0, SNIFFED).replace(/^\ufeff/, '');
  if (start.startsWith('%PDF-')) return 'Pdf';
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/pdf') return 'Pdf';
  if (start.includes('\0')) return 'unsupported';
  const root = rootOf(start);
  if (FEED_ROOTS.has(root)) return 'Feed';
  return byType(type, root, start);
}

function byType(type: string, root: string, start: string): Format | 'unsupported' {
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'Html';
  if (/^(?:application|text)\/(?:[\w.-]+\+)?json$/.test(type)) return 'Json';
  if (/^application\/(?:rss|atom|rdf)\+xml$/.test(type)) return 'Feed';
  if (HTML_ROOTS.has(root) && (XML.test(type) || type === '')) return 'Html';
  if (XML.test(type) || type.startsWith('text/')) return 'Text';
  if (/^application\/(?:javascript|x-javascript|yaml|x-yaml|toml|x-ndjson|sql)$/.test(type)) {
    return 'Text';
  }
  return type === '' ? bySight(start) : 'unsupported';
}

function bySight(start: string): Format {
  if (/^\s*(?:\{\s*["}]|\[)/.test(start)) return 'Json';
  return /<(?:p|div|h1|title|table|ul|span|a)[\s>]/i.test(start) ? 'Html' : 'Text';
}

/** Lower-case name of the root element, or what the document type says it is. */
function rootOf(start: string): string {
  let rest = start.trimStart();
  while (rest.startsWith('<')) {
    const doctype = /^<!doctype\s+([\w:]+)[^[>]*(?:\[[^\]]*\])?\s*>/i.exec(rest);
    if (doctype !== null) {
      const name = doctype[1]?.toLowerCase() ?? '';
      if (name === 'html') return name;
      rest = rest.slice(doctype[0].length).trimStart();
    } else if (rest.startsWith('<!--')) {
      rest = after(rest, '-->');
    } else if (rest.startsWith('<?')) {
      rest = after(rest, '>');
    } else {
      return /^<([\w:-]+)/.exec(rest)?.[1]?.toLowerCase() ?? '';
    }
  }
  return '';
}

function after(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? '' : text.slice(at + mark.length).trimStart();
}
