/** Holds a page within its bounds: dialogs, windows, frames, crashes. */
import type { Caps } from '../caps.ts';
import { FetchFailure } from '../failure.ts';
import { ProtocolError, type Session } from './connection.ts';
import type { Tab } from './tab.ts';

export interface FenceCounts {
  dialogs: number;
  popups: number;
  downloads: number;
  helpers: number;
}

/** Dialogs after which a page is given up: it shows them in a loop. */
const MAX_DIALOGS = 50;

/** Each may store; one frame alone can go through any number of them. */
const MAX_ORIGINS = 200;

/**
 * Dismisses dialogs, and fails the fetch when the page has too many frames or dialogs.
 * @param counts what is told in the warnings of the result; it is counted up.
 */
export function fence(
  { session }: Tab,
  caps: Caps,
  counts: FenceCounts,
  fail: (failure: FetchFailure) => void,
): void {
  let frames = 1;
  session.on('Page.javascriptDialogOpening', () => {
    counts.dialogs += 1;
    if (counts.dialogs > MAX_DIALOGS) fail(limit(`more than ${MAX_DIALOGS} dialogs`));
    else dismiss(session);
  });
  session.on('Page.downloadWillBegin', () => {
    counts.downloads += 1;
  });
  session.on('Page.frameAttached', () => {
    frames += 1;
    if (frames > caps.frames) fail(limit(`more than ${caps.frames} frames`));
  });
  session.on('Page.frameDetached', () => {
    frames -= 1;
  });
  session.on('Target.attachedToTarget', ({ targetInfo }) => {
    if (targetInfo.type === 'worker') countHelper(counts, caps, fail);
  });
  boundStorage(session, caps.storageBytes, fail);
}

/**
 * Before a document comes it is said how much its origin may store: pages store in the browser's memory. One that
 * cannot be bounded is not read.
 */
function boundStorage(
  session: Session,
  quotaSize: number,
  fail: (failure: FetchFailure) => void,
): void {
  const bounded = new Set<string>();
  session.on('Network.requestWillBeSent', ({ type, request }) => {
    const origin = type === 'Document' ? URL.parse(request.url)?.origin : undefined;
    // an opaque origin has no storage
    if (origin === undefined || origin === 'null') return;
    if (bounded.has(origin)) return;
    bounded.add(origin);
    if (bounded.size > MAX_ORIGINS) fail(limit(`more than ${MAX_ORIGINS} sites`));
    session
      .send('Storage.overrideQuotaForOrigin', { origin, quotaSize })
      .catch((cause: unknown) => {
        if (cause instanceof ProtocolError && cause.closed) return;
        fail(new FetchFailure('internal', 'What the page stores cannot be bounded.', { cause }));
      });
  });
}

/** Counts a process or a worker that the page began beside its own. */
export function countHelper(
  counts: FenceCounts,
  caps: Caps,
  fail: (failure: FetchFailure) => void,
): void {
  counts.helpers += 1;
  if (counts.helpers > caps.helpers)
    fail(limit(`more than ${caps.helpers} workers and frames of other sites`));
}

/** Counts a window that the page opened; the fetch fails at the fifth page. */
export function countPopup(
  counts: FenceCounts,
  caps: Caps,
  fail: (failure: FetchFailure) => void,
): void {
  counts.popups += 1;
  if (counts.popups >= caps.pages) fail(limit(`more than ${caps.pages - 1} windows`));
}

const limit = (what: string): FetchFailure =>
  new FetchFailure('limitExceeded', `The page opens ${what}.`);

/** The dialog may be gone before the answer comes: the page was closed. */
function dismiss(session: Session): void {
  session.send('Page.handleJavaScriptDialog', { accept: false }).catch(() => {});
}
