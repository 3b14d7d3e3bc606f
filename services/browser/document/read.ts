/** Reads a document by its format; everything but PDF. */
import type { ExtractOptions } from '../../domain/extract/extraction.ts';
import { extractFeed } from '../../domain/extract/feed.ts';
import { detectFormat, type Format } from '../../domain/extract/format.ts';
import { extractHtml } from '../../domain/extract/html.ts';
import { extractJson } from '../../domain/extract/json.ts';
import { extractText } from '../../domain/extract/text.ts';
import { decodeText } from '../http/charset.ts';
import type { Document, ReadOutcome, ReadingRules } from './types.ts';

/** Bytes in which a format is recognised. */
const SNIFFED_BYTES = 4096;

/** The format that a document is read by. */
export function formatOf(document: Document, rules: ReadingRules): Format | 'unsupported' {
  const start = bufferOf(document.body).subarray(0, SNIFFED_BYTES);
  return detectFormat(
    document.contentType,
    decodeText(start, document.contentType).text,
    rules.format,
  );
}

/** What a source's rules mean to the extractors. */
export const optionsOf = (document: Document, rules: ReadingRules): ExtractOptions => ({
  baseUrl: document.finalUrl,
  include: rules.select?.include,
  exclude: rules.select?.exclude,
  loggedOutSelector: rules.loggedOutSelector,
  values: rules.values,
});

/**
 * Reads a document that is no PDF.
 * @param room characters of the text that are kept.
 */
export function readText(document: Document, rules: ReadingRules, room: number): ReadOutcome {
  const options = optionsOf(document, rules);
  // Nothing to read is no mistake of a selector: HEAD, 204, empty answers.
  if (document.body.length === 0)
    return extractText('', { baseUrl: options.baseUrl, values: rules.values });
  const { text, warnings } = decodeText(bufferOf(document.body), document.contentType);
  const outcome = extractBy(formatOf(document, rules), text, options, document);
  return outcome.kind === 'failed'
    ? outcome
    : cut({ ...outcome, warnings: [...warnings, ...outcome.warnings] }, room);
}

/** The text cut at a whole line, with a warning. */
export function cut(
  outcome: Extract<ReadOutcome, { kind: 'extracted' }>,
  room: number,
): ReadOutcome {
  if (outcome.text.length <= room) return outcome;
  const end = outcome.text.lastIndexOf('\n', room);
  return {
    ...outcome,
    text: outcome.text.slice(0, end > 0 ? end : room).toWellFormed(),
    warnings: [...outcome.warnings, 'The page is very long; its end was left out.'],
  };
}

function extractBy(
  format: Format | 'unsupported',
  text: string,
  options: ExtractOptions,
  { status, contentType }: Document,
): ReadOutcome {
  switch (format) {
    case 'Html':
      return extractHtml(text, options);
    case 'Json':
      return extractJson(text, options);
    case 'Feed':
      return extractFeed(text, options);
    case 'Text':
      return extractText(text, options);
    case 'Pdf':
    case 'unsupported':
      // The status of an error page says enough.
      if (status >= 400)
        return extractText('', { baseUrl: options.baseUrl, values: options.values });
      return {
        kind: 'failed',
        code: 'unsupportedContent',
        message: `The address gives ${contentType.slice(0, 100) || 'data of an unknown type'}, which cannot be read as text.`,
      };
    default:
      return format satisfies never;
  }
}

const bufferOf = (body: Uint8Array): Buffer =>
  Buffer.from(body.buffer, body.byteOffset, body.byteLength);
