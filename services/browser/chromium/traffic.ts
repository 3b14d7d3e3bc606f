/** Follows a page's network events: the main document, requests in flight, bytes. */
import type { Caps } from '../caps.ts';
import { FetchFailure } from '../failure.ts';
import { tooLarge } from '../http/body.ts';
import type { Session } from './connection.ts';
import type { ResponseInfo } from './protocol.ts';

export interface MainDocument {
  readonly url: string;
  readonly status: number;
  readonly mimeType: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Traffic {
  /** The main document as it was answered last; undefined until then. */
  document(): MainDocument | undefined;
  /** Where the page was sent, by the server or by itself. */
  readonly redirects: readonly string[];
  /** What comes next is wanted: where it leads to is counted anew. */
  onward(): void;
  /** Requests by scripts that have no end yet, and documents after the first. */
  inFlight(): number;
  /** Rises with each request by a script that begins or ends. */
  activity(): number;
  /** Resolves when no request by a script is in flight. */
  idle(): Promise<void>;
}

/** What may change the text of a page when it arrives. */
const WATCHED = new Set(['XHR', 'Fetch', 'Script']);

/** The end of a worker's own script is told to the worker only; such a request has no dot in its id. */
const isWatched = (type: string | undefined, requestId: string): boolean =>
  WATCHED.has(type ?? '') && requestId.includes('.');

/**
 * @param mainFrame id of the page's main frame.
 * @param fail called with what ends the fetch: too many redirects, too many bytes.
 */
export function watchTraffic(
  session: Session,
  mainFrame: string,
  caps: Caps,
  fail: (failure: FetchFailure) => void,
): Traffic {
  let main: MainDocument | undefined;
  let mainRequest = '';
  let isWanted = false;
  const bytes = { page: 0, document: 0 };
  const redirects: string[] = [];
  const flight = createFlight();

  session.on('Network.requestWillBeSent', (event) => {
    if (event.type === 'Document' && event.frameId === mainFrame) {
      const isFirst = mainRequest === '';
      const isNew = mainRequest !== event.requestId;
      if (isNew) bytes.document = 0;
      mainRequest = event.requestId;
      if (isFirst) return;
      // the first one is waited for by whoever opens it
      if (isNew) flight.begin(event.requestId);
      if (isNew && isWanted) {
        isWanted = false;
        return;
      }
      redirects.push(event.request.url);
      if (redirects.length > caps.redirects)
        fail(
          new FetchFailure(
            'tooManyRedirects',
            `The page redirects more than ${caps.redirects} times.`,
          ),
        );
    } else if (isWatched(event.type, event.requestId)) flight.begin(event.requestId);
  });
  session.on('Network.responseReceived', ({ type, frameId, response }) => {
    if (type !== 'Document' || frameId !== mainFrame) return;
    main = documentOf(response);
    if (Number(main.headers['content-length'] ?? 0) > caps.documentBytes)
      fail(tooLarge(caps.documentBytes));
  });
  session.on('Network.dataReceived', ({ requestId, dataLength }) => {
    bytes.page += dataLength;
    if (requestId === mainRequest) bytes.document += dataLength;
    if (bytes.document > caps.documentBytes) fail(tooLarge(caps.documentBytes));
    else if (bytes.page > caps.pageBytes)
      fail(
        new FetchFailure(
          'limitExceeded',
          `The page loads more than ${Math.round(caps.pageBytes / 1024 / 1024)} MB.`,
        ),
      );
  });
  session.on('Network.loadingFinished', ({ requestId }) => flight.end(requestId));
  session.on('Network.loadingFailed', ({ requestId }) => flight.end(requestId));
  const onward = (): void => {
    isWanted = true;
    redirects.length = 0;
  };
  return { document: () => main, redirects, onward, ...flight };
}

interface Flight extends Pick<Traffic, 'inFlight' | 'activity' | 'idle'> {
  begin(requestId: string): void;
  end(requestId: string): void;
}

function createFlight(): Flight {
  const open = new Set<string>();
  const waiting: (() => void)[] = [];
  let activity = 0;
  return {
    begin: (requestId) => {
      open.add(requestId);
      activity += 1;
    },
    end: (requestId) => {
      if (!open.delete(requestId)) return;
      activity += 1;
      if (open.size === 0) for (const resolve of waiting.splice(0)) resolve();
    },
    inFlight: () => open.size,
    activity: () => activity,
    idle: () =>
      new Promise((resolve) => {
        if (open.size === 0) resolve();
        else waiting.push(resolve);
      }),
  };
}

const documentOf = ({ url, status, mimeType, headers }: ResponseInfo): MainDocument => ({
  url,
  status,
  mimeType,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  ),
});
