/** Turns a document's bytes into text: byte order mark, header, declaration, then a guess. */
import { isUtf8 } from 'node:buffer';

export interface DecodedText {
  readonly text: string;
  /** The encoding's name as the Encoding Standard writes it. */
  readonly charset: string;
  readonly warnings: readonly string[];
}

/** Bytes in which a document may declare its charset (HTML Standard, prescan). */
const PRESCAN_BYTES = 1024;

/**
 * Decodes a document.
 * @param contentType the header's value; its `charset` parameter counts more than a declaration.
 */
export function decodeText(body: Buffer, contentType: string): DecodedText {
  const mark = byteOrderMark(body);
  if (mark) return decodeAs(mark, body, []);
  const warnings: string[] = [];
  for (const label of [headerCharset(contentType), declaredCharset(body)]) {
    if (label === undefined) continue;
    const charset = knownCharset(label);
    if (charset) return decodeAs(charset, body, warnings);
    warnings.push(`The page declares the unknown charset "${label.slice(0, 40)}".`);
  }
  if (isUtf8(body)) return decodeAs('utf-8', body, warnings);
  warnings.push('The page declares no usable charset; windows-1252 was assumed.');
  return decodeAs('windows-1252', body, warnings);
}

function decodeAs(charset: string, body: Buffer, warnings: readonly string[]): DecodedText {
  if (charset !== 'utf-8')
    return { text: new TextDecoder(charset).decode(body), charset, warnings };
  const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  return { text: body.toString('utf8', start), charset, warnings };
}

function byteOrderMark(body: Buffer): string | undefined {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8';
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le';
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be';
  return undefined;
}

const headerCharset = (contentType: string): string | undefined =>
  /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1];

/** The charset of a `meta` element or an XML declaration at the document's beginning. */
function declaredCharset(body: Buffer): string | undefined {
  const start = body.toString('latin1', 0, PRESCAN_BYTES).replace(/<!--[\s\S]*?(?:-->|$)/g, '');
  const label =
    /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"']+)/i.exec(start)?.[1] ??
    /<meta\s[^>]*charset\s*=\s*["']?\s*([^\s"'/>;]+)/i.exec(start)?.[1];
  // A document that could declare itself in ASCII is not UTF-16, whatever it says.
  return label !== undefined && /^utf-?16/i.test(label) ? 'utf-8' : label;
}

function knownCharset(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}
