/** Decides how a source is fetched: over HTTP or by the browser, and what is asked of the fetch. */
import { createHash } from 'node:crypto';
import type { MonitorJobSpec, Source } from '../../../crds/types/monitorjob.ts';
import type { FetchSource } from '../../core/contracts/browser.ts';
import { parseDuration } from '../../domain/duration.ts';
import { asksOf } from '../../domain/reading.ts';
import type { Baseline, SourceState } from '../../store/sourceState.ts';
import { areKnown } from './known.ts';
import { hasSteps, toPageSteps } from './steps.ts';

export interface FetchPlan {
  readonly via: 'http' | 'browser';
  readonly probeJavaScript: boolean;
  /** Learned to need the browser long ago: ask over HTTP first whether it still does. */
  readonly reprobe: boolean;
  readonly validators: { readonly etag?: string; readonly lastModified?: string } | undefined;
}

/** How often a page that needs JavaScript is asked whether it still does. */
export const REPROBE_MS = 7 * 86_400_000;
/** How often a page that needs none is asked whether it does by now. */
export const PROBE_MS = 86_400_000;

/** Hash of all that decides what the page's text is: another one takes a new baseline. */
export function specHashOf(source: Source): string {
  const {
    url,
    format,
    http,
    select,
    ignore,
    waitFor,
    viewport,
    consent,
    userAgent,
    locale,
    timeZone,
    steps,
  } = source;
  const parts = [
    url,
    format,
    http,
    select,
    ignore,
    waitFor,
    viewport,
    consent,
    userAgent,
    locale,
    timeZone,
    // only where there are any: sources without them keep the hash, and with it the baseline, that they have
    ...(steps && steps.length > 0 ? [steps] : []),
  ];
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('hex');
}

/** The way to fetch a source now, by the job's wish and what was learned of the page. */
export function planFetch(
  source: Source,
  state: SourceState | undefined,
  baseline: Baseline | undefined,
  now: Date,
  values: MonitorJobSpec['values'] = [],
): FetchPlan {
  const known = state?.specHash === specHashOf(source) ? state : undefined;
  const via = viaOf(source, known, baseline);
  const age = known?.javaScriptProbedAt
    ? now.getTime() - known.javaScriptProbedAt.getTime()
    : Infinity;
  const auto = source.fetch === 'Auto' && !known?.pending && !hasSteps(source);
  return {
    via,
    probeJavaScript: auto && via === 'http' && age >= PROBE_MS,
    reprobe: auto && via === 'browser' && age >= REPROBE_MS,
    // a screenshot at each check needs to know each time where the page is, a new value what it says
    validators:
      via === 'http' && !isAlwaysPictured(source) && areKnown(values, known)
        ? validatorsOf(known, baseline)
        : undefined,
  };
}

/** Whether each check of a source ends with a screenshot; over plain HTTP none does. */
export const isAlwaysPictured = ({ fetch, screenshot }: Source): boolean =>
  fetch !== 'Http' && screenshot === 'Always';

function viaOf(
  source: Source,
  known: SourceState | undefined,
  baseline: Baseline | undefined,
): 'http' | 'browser' {
  if (hasSteps(source)) return 'browser';
  // a confirmation looks with the eyes that saw the change
  if (known?.pending && baseline) return baseline.extractor === 'browser@1' ? 'browser' : 'http';
  if (source.fetch === 'Auto') return known?.needsJavaScript ? 'browser' : 'http';
  return source.fetch === 'Browser' ? 'browser' : 'http';
}

/** Validators hold only for the text that they came with; a pending change must be seen whole. */
function validatorsOf(
  known: SourceState | undefined,
  baseline: Baseline | undefined,
): FetchPlan['validators'] {
  if (!known || known.pending || baseline?.extractor !== 'http@1') return undefined;
  if (known.etag === undefined && known.lastModified === undefined) return undefined;
  return {
    ...(known.etag === undefined ? {} : { etag: known.etag }),
    ...(known.lastModified === undefined ? {} : { lastModified: known.lastModified }),
  };
}

/** What the conditions and values of a job read numbers from. */
export type Numbers = Pick<MonitorJobSpec, 'conditions' | 'values'>;

/** The source in the words of the browser service, with the texts that numbers are read from. */
export function toFetchSource(source: Source, { conditions, values }: Numbers): FetchSource {
  const compared = (conditions ?? []).flatMap((condition) => {
    const rule = condition.number ?? condition.percentChange;
    return rule ? [{ name: condition.name, select: rule.select }] : [];
  });
  return {
    name: source.name,
    url: source.url,
    format: source.format,
    http: source.http,
    select: source.select,
    waitFor: source.waitFor && {
      selector: source.waitFor.selector,
      timeoutMs: parseDuration(source.waitFor.timeout ?? '10s'),
    },
    viewport: source.viewport ?? { width: 1280, height: 800 },
    consent: source.consent,
    userAgent: source.userAgent,
    locale: source.locale,
    timeZone: source.timeZone,
    loggedOutSelector: source.notJudgeable?.loggedOutSelector,
    ...toPageSteps(source),
    values: [
      ...compared,
      ...asksOf(values ?? []).map(({ name, select }) => ({ name, select, all: true as const })),
    ],
  };
}
