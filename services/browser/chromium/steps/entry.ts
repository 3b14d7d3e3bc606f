/** Enters a page with the session that was kept, and takes along what is to be kept. */
import { refuseBusy } from '../../http/busy.ts';
import { orAborted } from '../abort.ts';
import { arrive } from '../navigate.ts';
import type { Walk } from './run.ts';
import {
  captureSession,
  keptOf,
  originOfSession,
  restoreSession,
  type KeptSession,
} from './session.ts';

/**
 * Opens the page of the source.
 * @returns the session that it was opened with, if there is one
 * @throws FetchFailure; ProtocolError; the signal's reason.
 */
export async function enter(
  walk: Walk,
  signal: AbortSignal,
): Promise<{ readonly kept: KeptSession | undefined } | 'useHttp'> {
  const { request, tab, traffic, clock, login } = walk;
  const { session, source } = request;
  const kept = session?.persist
    ? keptOf(session.state, originOfSession(request, login))
    : undefined;
  const restored = kept && (await orAborted(restoreSession(tab, kept), signal));
  const arrival = await arrive(tab, traffic, source.url, signal);
  if (arrival.kind === 'useHttp') return 'useHttp';
  const { status, headers } = arrival.document;
  refuseBusy(status, headers['retry-after'], clock.now());
  if (restored) await orAborted(restored(), signal);
  return { kept };
}

export interface Kept {
  /** Absent when nothing is to be kept, or what was kept is still the same. */
  readonly session?: string;
  readonly warnings: readonly string[];
}

const TOO_LARGE = 'The session is not kept: its cookies and storage are more than 64 KB.';

/** What the next check shall be given. @throws ProtocolError; the signal's reason. */
export async function leave({ request, tab, login }: Walk, signal: AbortSignal): Promise<Kept> {
  const { session } = request;
  if (!session?.persist) return { warnings: [] };
  const text = await orAborted(captureSession(tab, originOfSession(request, login)), signal);
  if (text === undefined) return { warnings: [TOO_LARGE] };
  return text === session.state ? { warnings: [] } : { session: text, warnings: [] };
}
