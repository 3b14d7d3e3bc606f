/** Describes sources and changes as they are stored: for the funnel, the audit of silence, the reader. */
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import type { Change } from '../../domain/types.ts';
import type { ValuePoint } from '../../store/commit.ts';
import type { Compared } from './compare.ts';
import type { Checked } from './decide.ts';
import type { Stop } from './funnel.ts';
import { extractorOf, pageOf } from './look.ts';
import { pointsOf } from './values.ts';

/** Hunks of a change that no verdict keeps. */
const MAX_HUNKS = 20;
const MAX_WARNINGS = 10;

/** One entry of `checks.sources`. */
export function describeSource(
  checked: Checked,
  stop: Stop,
  snapshotId: string | null,
  judged: readonly Compared[],
  values: MonitorJobSpec['values'],
): Record<string, unknown> {
  const { fetched, look, base, compared } = checked;
  const page = pageOf(look);
  const isJudged = compared !== undefined && judged.includes(compared);
  return {
    source: fetched.source.name,
    ...stop,
    extractor: extractorOf(look) ?? null,
    status: page?.status ?? null,
    snapshotId,
    baselineId: base?.snapshotId ?? null,
    message: 'error' in look ? look.error.message : 'evidence' in look ? look.evidence : null,
    warnings: (page?.warnings ?? []).slice(0, MAX_WARNINGS),
    ...describeValues(pointsOf(values, checked)),
    ...(compared
      ? {
          conditions: compared.conditions,
          added: compared.change.addedChars,
          removed: compared.change.removedChars,
          moved: compared.change.moved,
          // the verdict keeps what was judged; what was not is kept here
          ...(isJudged
            ? {}
            : {
                hunks: compared.change.hunks.slice(0, MAX_HUNKS),
                hunkCount: compared.change.hunks.length,
              }),
        }
      : {}),
  };
}

/** The values in an entry of `checks.sources`; nothing where the job has none. */
export const describeValues = (
  points: readonly ValuePoint[],
): { values?: Omit<ValuePoint, 'source'>[] } =>
  points.length === 0 ? {} : { values: points.map(({ source: _source, ...value }) => value) };

/** One entry of `verdicts.change`. */
export function changeOf(
  item: {
    readonly source: string;
    readonly title: string;
    readonly finalUrl: string;
    readonly change: Change;
  },
  beforeSnapshot: string | null,
  afterSnapshot: string | null,
): Record<string, unknown> {
  return {
    source: item.source,
    title: item.title,
    url: item.finalUrl,
    beforeSnapshot,
    afterSnapshot,
    hunks: item.change.hunks,
    moved: item.change.moved,
    addedChars: item.change.addedChars,
    removedChars: item.change.removedChars,
  };
}

/** What is wrong with a source, in one sentence; null when nothing is. */
export function problemOf({ look }: Pick<Checked, 'look'>): string | null {
  switch (look.kind) {
    case 'failed':
      return look.error.message;
    case 'notJudgeable':
      return `The page cannot be judged (${look.why}): ${look.evidence}`;
    case 'unchanged':
    case 'baseline':
    case 'changed':
      return null;
    default:
      return look satisfies never;
  }
}
