/** Takes the screenshot that a job wants of a page that was read without one. */
import type { Source } from '../../../crds/types/monitorjob.ts';
import type { FetchResult } from '../../core/contracts/browser.ts';
import type { PreviewPicture } from '../../core/contracts/scheduler.ts';
import { judgeValidity } from '../../domain/validity.ts';
import { keptBoxes, watchedParts } from './boxes.ts';
import type { Checked } from './decide.ts';
import { visitForPicture, type FetchContext, type FetchDeps } from './fetch.ts';
import type { Look, Seen } from './look.ts';

/** The look with its screenshot, or with a warning that says why there is none. */
export async function withPicture(
  checked: Checked,
  context: FetchContext,
  deps: FetchDeps,
): Promise<Checked> {
  const seen = unpictured(checked);
  if (!seen) return checked;
  const source = pictured(checked.fetched.source, seen.page.finalUrl);
  const boxes = watchedParts(checked.fetched.source);
  const picture = pictureOf(await visitForPicture(context, source, deps, { boxes }));
  return { ...checked, look: { ...checked.look, seen: put(seen, picture) } as Look };
}

/** The page of which a screenshot is missing. */
export function unpictured({ look, fetched, compared }: Checked): Seen | undefined {
  const { source } = fetched;
  if (source.screenshot === 'Never' || !hasBrowser(source)) return undefined;
  const seen = look.kind === 'failed' || look.kind === 'notJudgeable' ? undefined : look.seen;
  if (!seen || seen.screenshot || !isHtml(seen, source)) return undefined;
  const isWanted =
    source.screenshot === 'Always' || (look.kind === 'changed' && compared?.stop === undefined);
  return isWanted ? seen : undefined;
}

/** A job that names HTTP gets no browser, not even for a screenshot. */
const hasBrowser = ({ fetch }: Source): boolean => fetch !== 'Http';

/** What a browser shows of anything else is not what was read. */
const isHtml = ({ page }: Seen, { format, http }: Source): boolean =>
  (format === 'Auto' || format === 'Html') &&
  (http?.method ?? 'GET') === 'GET' &&
  /^(?:$|text\/html|application\/xhtml\+xml)/i.test(page.contentType);

/**
 * The source as it is visited for a screenshot: where the page was found, whole. Its own headers may
 * be secrets and are for its own origin only.
 */
export function pictured(source: Source, finalUrl: string): Source {
  const { select: _select, notJudgeable: _signs, http, ...rest } = source;
  const isOwn = URL.parse(finalUrl)?.origin === URL.parse(source.url)?.origin;
  return { ...rest, url: finalUrl, ...(http && isOwn ? { http } : {}) };
}

/** Largest picture of a preview, in characters of base64. */
const MOST_PICTURE = 4 * 1024 * 1024;

/** The picture of a page for a preview, or why there is none. */
export async function previewPicture(
  { source }: Checked['fetched'],
  context: FetchContext,
  deps: FetchDeps,
): Promise<PreviewPicture | string> {
  if (!hasBrowser(source)) return 'A source that is fetched by Http is shown by no browser.';
  const result = await visitForPicture(context, pictured(source, source.url), deps, {
    elements: true,
  });
  const picture = pictureOf(result);
  if (picture.kind === 'missing' || result.kind !== 'page' || !result.screenshot)
    return picture.kind === 'missing' ? picture.why : 'The browser took none';
  const { base64, width, height } = result.screenshot;
  if (base64.length > MOST_PICTURE) return 'The screenshot is too large to be sent.';
  return { base64, width, height, elements: result.elements ?? [] };
}

type Picture =
  | { readonly kind: 'taken'; readonly image: Buffer; readonly boxes: Buffer | undefined }
  | { readonly kind: 'missing'; readonly why: string };

/** A wall that only this visit met is no picture of the page. */
function pictureOf(result: FetchResult): Picture {
  switch (result.kind) {
    case 'failed':
      return { kind: 'missing', why: result.error.message };
    case 'notModified':
      return { kind: 'missing', why: 'The page was not sent again' };
    case 'page': {
      const validity = judgeValidity(result.page, { previousLengths: [] });
      if (validity.kind === 'notJudgeable')
        return { kind: 'missing', why: `The browser was shown no page (${validity.why})` };
      return result.screenshot
        ? {
            kind: 'taken',
            image: Buffer.from(result.screenshot.base64, 'base64'),
            boxes: keptBoxes(result),
          }
        : { kind: 'missing', why: 'The browser took none' };
    }
    default:
      return result satisfies never;
  }
}

function put(seen: Seen, picture: Picture): Seen {
  if (picture.kind === 'taken') return { ...seen, screenshot: picture.image, boxes: picture.boxes };
  const warnings = [`There is no screenshot. ${picture.why}`, ...seen.page.warnings];
  return { ...seen, page: { ...seen.page, warnings } };
}
