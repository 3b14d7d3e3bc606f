/** Reads what a tab shows, and makes of it the page of a result. */
import type { FetchRequest, FetchResult } from '../../core/contracts/browser.ts';
import type { Caps } from '../caps.ts';
import { mostTexts } from '../../domain/extract/values.ts';
import { FetchFailure } from '../failure.ts';
import { ProtocolError } from './connection.ts';
import { extractScript, type PageAnswer } from './inPage/extract.ts';
import type { Tab } from './tab.ts';

/** Selectors that only the HTTP path knows, or that are searched in the text. */
const isInPage = (select: string): boolean => !/^(regex|jsonpath):/.test(select);

/**
 * Reads the page as it is now.
 * @throws FetchFailure `selectorInvalid` or `selectorMissing`; ProtocolError when the page went on.
 */
export async function readTab(
  { session }: Tab,
  { source }: FetchRequest,
  caps: Caps,
  contextId: number,
): Promise<PageAnswer> {
  const expression = extractScript({
    include: source.select?.include ?? [],
    exclude: source.select?.exclude ?? [],
    values: source.values
      .filter(({ select }) => isInPage(select))
      .map(({ name, select, all }) => ({ name, select, most: mostTexts(all) })),
    loggedOutSelector: source.loggedOutSelector ?? null,
    textCharacters: caps.textCharacters,
    documentCharacters: caps.documentBytes,
  });
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression,
    contextId,
    returnByValue: true,
  });
  if (exceptionDetails)
    throw new ProtocolError(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return checked(result.value as PageAnswer, source);
}

function checked(answer: PageAnswer, source: FetchRequest['source']): PageAnswer {
  const [bad] = answer.bad;
  if (bad)
    throw new FetchFailure(
      'selectorInvalid',
      `"${bad.selector}" is not a valid selector: ${bad.why}`,
    );
  if (answer.included === 0)
    throw new FetchFailure(
      'selectorMissing',
      `Nothing in the page matches ${source.select?.include?.map((one) => `"${one}"`).join(', ')}; correct select.include.`,
    );
  return answer;
}

/** A screenshot of the whole page, cut at the cap's height. */
export async function shoot(
  { session }: Tab,
  caps: Caps,
): Promise<NonNullable<Extract<FetchResult, { kind: 'page' }>['screenshot']>> {
  const { cssContentSize } = await session.send('Page.getLayoutMetrics');
  const width = Math.min(Math.max(Math.ceil(cssContentSize.width), 1), 4096);
  const height = Math.min(Math.max(Math.ceil(cssContentSize.height), 1), caps.screenshotHeight);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 70,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width, height, scale: 1 },
  });
  return { mediaType: 'image/webp', base64: data, width, height };
}
