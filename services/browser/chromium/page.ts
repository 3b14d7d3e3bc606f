/** Makes the page of a result from what a tab showed. */
import { hash } from 'node:crypto';
import type { FetchRequest, FetchResult } from '../../core/contracts/browser.ts';
import { dropInvisible, foldSpace } from '../../domain/characters.ts';
import { findValues } from '../../domain/extract/values.ts';
import { signsOfText } from '../../domain/phrases.ts';
import type { PageSign } from '../../domain/types.ts';
import { FetchFailure } from '../failure.ts';
import type { FenceCounts } from './fence.ts';
import type { PageAnswer } from './inPage/extract.ts';
import type { Seen } from './look.ts';
import type { Traffic } from './traffic.ts';

export type ResultPage = Extract<FetchResult, { kind: 'page' }>['page'];

/**
 * @throws FetchFailure `selectorInvalid` for a `regex:` that cannot be read.
 */
export function pageOf(
  { source }: FetchRequest,
  traffic: Traffic,
  { answer, rested, warnings, counts }: Seen & { readonly counts: FenceCounts },
): ResultPage {
  const document = traffic.document();
  const headers = document?.headers ?? {};
  const text = dropInvisible(answer.text);
  const title = foldSpace(dropInvisible(answer.title));
  const { values, warnings: lost } = valuesOf(source, answer.values, text);
  const { etag, 'last-modified': lastModified } = headers;
  return {
    extractor: 'browser@1',
    requestedUrl: source.url,
    finalUrl: document?.url ?? source.url,
    redirects: [...traffic.redirects],
    status: document?.status ?? 0,
    contentType: headers['content-type'] ?? document?.mimeType ?? '',
    title,
    text,
    bytes: Buffer.byteLength(answer.html),
    htmlHash: hash('sha256', answer.html, 'hex'),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    signs: signsOf(answer, title, text),
    warnings: [...warnings, ...lost, ...warningsOf(answer.truncated, rested, counts)],
    values,
  };
}

function warningsOf(truncated: boolean, rested: boolean, counts: FenceCounts): string[] {
  const { popups, dialogs, downloads } = counts;
  return [
    ...(rested ? [] : ['The page never came to rest; it was read as it was.']),
    ...(truncated ? ['The page is very long; its end was left out.'] : []),
    ...(popups > 0 ? [`Windows that the page opened were closed: ${popups}.`] : []),
    ...(dialogs > 0 ? [`Dialogs that the page showed were dismissed: ${dialogs}.`] : []),
    ...(downloads > 0 ? [`Downloads that the page began were refused: ${downloads}.`] : []),
  ];
}

/** Values by selector come from the page; `regex:` is searched in the text, and JSON is none here. */
function valuesOf(
  source: FetchRequest['source'],
  found: PageAnswer['values'],
  text: string,
): { readonly values: Record<string, string | null>; readonly warnings: readonly string[] } {
  const result = findValues(
    source.values,
    text,
    ({ name }) => {
      const texts = found[name] ?? [];
      return { kind: 'found', texts: texts.map((text) => foldSpace(dropInvisible(text)) || null) };
    },
    (select) => !select.startsWith('jsonpath:'),
  );
  if (result.kind === 'failed') throw new FetchFailure(result.code, result.message);
  return result;
}

/** What the page's structure shows, and what its words say; each kind once. */
function signsOf(answer: PageAnswer, title: string, text: string): PageSign[] {
  const seen = new Set<string>();
  return [...answer.signs, ...signsOfText(title, text)].filter(
    ({ kind }) => !seen.has(kind) && seen.add(kind),
  );
}
