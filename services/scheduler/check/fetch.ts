/** Fetches the sources of a check through the browser service: politely, in time, typed. */
import type { Source } from '../../../crds/types/monitorjob.ts';
import {
  FETCH_PATH,
  fetchResult,
  type FetchRequest,
  type FetchResult,
  type FetchSession,
} from '../../core/contracts/browser.ts';
import { InternalCallError } from '../../core/internal/client.ts';
import { isIsolated } from '../../domain/isolation.ts';
import type { Claim } from '../../store/claim.ts';
import type { SchedulerDeps } from '../deps.ts';
import { hostOf } from '../politeness.ts';
import { NoPodError } from '../workers/errors.ts';
import { sendAsUnderstood, watchedParts } from './boxes.ts';
import { mustRender, type Fetched, type Memory } from './look.ts';
import type { CheckTimeouts } from './timeouts.ts';
import { failedBy } from './noPage.ts';
import { keepSession, signingFor } from './session.ts';
import { planFetch, toFetchSource } from './via.ts';

export type FetchDeps = Pick<
  SchedulerDeps,
  'clock' | 'credential' | 'gate' | 'load' | 'log' | 'secrets' | 'workers'
>;

/** What all fetches of one check share. */
export interface FetchContext {
  readonly claim: Pick<
    Claim,
    'workspace' | 'monitor' | 'spec' | 'states' | 'baselines' | 'workers'
  >;
  readonly checkId: string;
  readonly timeouts: CheckTimeouts;
  /** Fires when the check's whole time is over. */
  readonly signal: AbortSignal;
  /** Whether the raw documents of new texts are wanted. */
  readonly keepsDocuments: boolean;
  /** A try that saves nothing, the session of its pages included. */
  readonly isPreview?: boolean;
}

/** Between the browser's own deadline and ours, so that its typed answer gets through. */
const GRACE_MS = 5_000;
/** Sources of one check that are fetched at a time. */
const PARALLEL = 4;

/** What is remembered of one source. */
export const memoryOf = (
  { states, baselines }: Pick<Claim, 'states' | 'baselines'>,
  source: string,
): Memory => ({
  state: states.find((state) => state.source === source),
  baselines: baselines.filter((baseline) => baseline.source === source),
});

/**
 * Fetches all sources, a few at a time; what fails is a result, never an error.
 * @throws NoPodError when no pod of the monitor's pool took anything of it
 */
export async function fetchSources(
  context: FetchContext,
  sources: readonly Source[],
  deps: FetchDeps,
): Promise<Fetched[]> {
  const results: Fetched[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < sources.length; index = next++) {
      const source = sources[index];
      if (source) results[index] = await fetchSource(context, source, deps);
    }
  };
  const workers = Array.from({ length: Math.min(PARALLEL, sources.length) }, work);
  // what still runs belongs to the check, also when that is given back
  const ended = await Promise.allSettled(workers);
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  return results;
}

async function fetchSource(
  context: FetchContext,
  source: Source,
  deps: FetchDeps,
): Promise<Fetched> {
  const memory = memoryOf(context.claim, source.name);
  const lastSeen = memory.baselines.find((baseline) => baseline.role === 'LastSeen');
  const { values } = context.claim.spec;
  const plan = planFetch(source, memory.state, lastSeen, deps.clock.now(), values);
  if (plan.reprobe) return reprobe(context, source, deps);
  const result = await fetchOnce(context, source, deps, plan);
  const needsJavaScript = result.kind === 'page' ? result.needsJavaScript : undefined;
  if (plan.via === 'browser' || !mustRender({ source, result }, memory))
    return { source, result, rendered: undefined, needsJavaScript };
  const rendered = await fetchOnce(context, source, deps, BY_BROWSER);
  return { source, result, rendered, needsJavaScript: true };
}

/**
 * A visit for the sake of its screenshot: taking one at each check would cost more than all the rest.
 * Nothing of the page is compared.
 */
export const visitForPicture = (
  context: FetchContext,
  source: Source,
  deps: FetchDeps,
  pointing: Pick<Way, 'elements' | 'boxes'>,
): Promise<FetchResult> =>
  fetchOnce(context, source, deps, { ...BY_BROWSER, screenshot: true, ...pointing });

interface Way {
  readonly via: 'http' | 'browser';
  readonly probeJavaScript: boolean;
  readonly validators?: { readonly etag?: string; readonly lastModified?: string } | undefined;
  readonly screenshot?: boolean;
  readonly elements?: boolean;
  readonly boxes?: FetchRequest['boxes'];
  readonly session?: FetchSession | undefined;
}

const BY_BROWSER: Way = { via: 'browser', probeJavaScript: false };

/** Looks both ways at a page that needed JavaScript, to see whether it still does. */
async function reprobe(context: FetchContext, source: Source, deps: FetchDeps): Promise<Fetched> {
  const plain = await fetchOnce(context, source, deps, { via: 'http', probeJavaScript: true });
  const rendered = await fetchOnce(context, source, deps, BY_BROWSER);
  if (plain.kind !== 'page' || plain.needsJavaScript === undefined)
    return { source, result: rendered, rendered: undefined, needsJavaScript: undefined };
  return { source, result: plain, rendered, needsJavaScript: plain.needsJavaScript };
}

/** One call of the browser service, after the host's turn has come; tried again while it is busy. */
async function fetchOnce(
  context: FetchContext,
  source: Source,
  deps: FetchDeps,
  way: Way,
): Promise<FetchResult> {
  const host = hostOf(source.url);
  try {
    const leave = await deps.gate.enter(host, context.signal);
    try {
      const began = deps.clock.monotonic();
      const signing = await signingFor(context.claim, source, context.isPreview === true, deps);
      const session = signing?.session;
      const result = await callBrowser(context, source, deps, { ...way, session });
      if (!context.isPreview) await keepSession(context.claim, source, signing, result, deps);
      deps.load.took(way.via, deps.clock.monotonic() - began);
      const wait = result.kind === 'failed' ? result.error.retryAfterSeconds : undefined;
      if (wait !== undefined)
        deps.gate.close(host, new Date(deps.clock.now().getTime() + wait * 1000));
      return result;
    } finally {
      leave();
    }
  } catch (error) {
    // nothing of the check was taken by a pod: it has not begun
    if (error instanceof NoPodError && !context.signal.aborted) throw error;
    return failedBy(error, context.signal);
  }
}

async function callBrowser(
  context: FetchContext,
  source: Source,
  deps: FetchDeps,
  way: Way,
): Promise<FetchResult> {
  const { claim, timeouts, signal } = context;
  const timeoutMs = Math.max(1, Math.floor(timeouts.pageMs));
  const body = {
    workspace: claim.workspace,
    monitor: claim.monitor,
    checkId: context.checkId,
    source: toFetchSource(source, way.screenshot ? {} : claim.spec),
    via: way.via,
    probeJavaScript: way.probeJavaScript,
    ...(way.validators ? { validators: way.validators } : {}),
    screenshot: way.via === 'browser' && (way.screenshot ?? source.screenshot === 'Always'),
    ...(way.elements ? { elements: true } : {}),
    ...boxesWish(context, source, way),
    ...documentWish(context, source, way),
    ...(way.session ? { session: way.session } : {}),
    timeoutMs,
    // a pool above Shared has pods of its own
    ownBrowser: isIsolated(claim.spec) && !claim.workers?.browser,
    egressCredential: credentialOf(context, deps),
  };
  const browser = deps.workers.browser(claim);
  for (;;) {
    try {
      const call = { timeoutMs: timeoutMs + GRACE_MS, signal };
      return await sendAsUnderstood(body, (asked) =>
        browser.post(FETCH_PATH, asked, fetchResult, call),
      );
    } catch (error) {
      if (!(error instanceof InternalCallError) || error.problem.kind !== 'busy') throw error;
      await deps.clock.sleep(error.problem.retryAfterSeconds * 1000, signal).catch(() => {
        // the check's time ended in the queue: that is our lack of browsers, not the page
        throw error;
      });
    }
  }
}

/** A screenshot that is kept is kept with the places of its words. */
const boxesWish = (
  { isPreview }: FetchContext,
  source: Source,
  way: Way,
): Pick<FetchRequest, 'boxes'> => {
  if (way.boxes) return { boxes: way.boxes };
  const isKept = !isPreview && way.via === 'browser' && source.screenshot === 'Always';
  return isKept && !way.screenshot ? { boxes: watchedParts(source) } : {};
};

/** Documents are kept with snapshots; a text that is known makes none. */
function documentWish(
  { claim, keepsDocuments }: FetchContext,
  source: Source,
  way: Way,
): Pick<FetchRequest, 'keepDocument' | 'knownText'> {
  if (!keepsDocuments || way.screenshot) return { keepDocument: false };
  const { baselines } = memoryOf(claim, source.name);
  const knownText = baselines.find(({ role }) => role === 'LastSeen')?.textBlob;
  return { keepDocument: true, ...(knownText === undefined ? {} : { knownText }) };
}

/** By check; to sign and to verify a credential costs more than the rest of a plain fetch. */
const credentials = new WeakMap<FetchContext, string>();

/** The credential of the check, which all of its fetches share. */
function credentialOf(context: FetchContext, deps: FetchDeps): string {
  const { claim, checkId, timeouts } = context;
  const { workspace, monitor } = claim;
  const signed =
    credentials.get(context) ??
    deps.credential({ workspace, monitor, checkId, ms: timeouts.totalMs });
  credentials.set(context, signed);
  return signed;
}
