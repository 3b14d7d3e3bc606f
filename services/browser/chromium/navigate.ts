/** Brings a tab to a page and waits for its document. */
import type { FetchRequest } from '../../core/contracts/browser.ts';
import { FetchFailure } from '../failure.ts';
import { monitorHeaders } from '../http/headers.ts';
import { orAborted } from './abort.ts';
import { answerChallenges } from './challenge.ts';
import { failureOfNavigation, needsProbe, refuseProxyAnswer } from './errors.ts';
import type { Tab } from './tab.ts';
import type { MainDocument, Traffic } from './traffic.ts';

/** How a navigation ended. */
export type Arrival =
  | { readonly kind: 'page'; readonly document: MainDocument }
  /** The HTTP path has to fetch this one: it is no HTML, or only it can tell what is wrong. */
  | { readonly kind: 'useHttp' };

/** Suffixes and types of what only a screenshot needs. */
const BLOCKED = [
  'png',
  'jpg',
  'jpeg',
  'gif',
  'webp',
  'avif',
  'ico',
  'bmp',
  'mp4',
  'webm',
  'mp3',
  'ogg',
  'wav',
  'woff',
  'woff2',
  'ttf',
  'otf',
  'eot',
];

const HTML = new Set(['text/html', 'application/xhtml+xml', 'application/vnd.wap.xhtml+xml']);

export interface Setting {
  readonly proxyOrigin: string;
  /** The browser's own user agent. */
  readonly userAgent: string;
}

/** Makes the tab look as the source asks. */
export async function dress(
  { session }: Tab,
  { source, screenshot, egressCredential }: FetchRequest,
  { proxyOrigin, userAgent }: Setting,
): Promise<void> {
  const { width, height } = source.viewport;
  await Promise.all([
    session.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    }),
    session.send('Emulation.setUserAgentOverride', {
      userAgent: source.userAgent ?? `${userAgent.replace('HeadlessChrome', 'Chrome')} duckmon/0.1`,
      acceptLanguage: source.locale,
    }),
    session.send('Emulation.setLocaleOverride', { locale: source.locale.replaceAll('-', '_') }),
    session.send('Emulation.setTimezoneOverride', { timezoneId: source.timeZone }),
    ...(screenshot ? [] : [blockMedia()]),
    answerChallenges(session, {
      proxyOrigin,
      credential: egressCredential,
      headers: monitorHeaders(source),
      origin: URL.parse(source.url)?.origin ?? '',
    }),
  ]);

  function blockMedia(): Promise<unknown> {
    return session.send('Network.setBlockedURLs', {
      urlPatterns: BLOCKED.map((suffix) => ({ urlPattern: `*://*:*/*.${suffix}`, block: true })),
    });
  }
}

/**
 * Goes to the URL and waits until its document is parsed.
 * @throws FetchFailure; the signal's reason.
 */
export async function arrive(
  { session }: Tab,
  traffic: Traffic,
  url: string,
  signal: AbortSignal,
): Promise<Arrival> {
  const parsed = Promise.withResolvers<void>();
  session.on('Page.domContentEventFired', () => parsed.resolve());
  const answer = await orAborted(session.send('Page.navigate', { url }), signal);
  const first = traffic.document();
  if (first) refuseProxyAnswer(first);
  if (first && !HTML.has(first.mimeType)) return { kind: 'useHttp' };
  if (first && isAttachment(first)) throw new FetchFailure('download', DOWNLOAD);
  if (answer.errorText !== undefined) {
    if (answer.isDownload || needsProbe(answer.errorText)) return { kind: 'useHttp' };
    throw failureOfNavigation(answer.errorText);
  }
  // a step may lead to another place in the same document, which is parsed
  if (answer.loaderId !== undefined) await orAborted(parsed.promise, signal);
  const document = traffic.document();
  return document ? { kind: 'page', document } : { kind: 'useHttp' };
}

const DOWNLOAD =
  'The address gives a file to download, not a page; watch the page that links to it.';

const isAttachment = ({ headers }: MainDocument): boolean =>
  /^\s*attachment\b/i.test(headers['content-disposition'] ?? '');
