/** The numbers that checks read: the series of one monitor, and the last of several. */
import { z } from 'zod';
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import { HttpError } from '../../core/errors.ts';
import { getMonitor } from '../../store/monitors.ts';
import {
  bucketMs,
  listLastValues,
  listValueSeries,
  MAX_BUCKETS,
  type ValueBucket,
} from '../../store/values.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { named, objectName, pageOf, present, presentPage, time } from './schemas.ts';

export const valueRoutes = (deps: ApiDeps): Route[] => [series(deps), lastValues(deps)];

const DAY_MS = 86_400_000;
const USUAL_DAYS = 7;
const LAST_DAYS = 7;

const decimal = z.string();
const part = z.strictObject({
  /** Of the first and of the last check in it. */
  at: time,
  until: time,
  min: decimal.nullable(),
  max: decimal.nullable(),
  last: decimal.nullable(),
  /** Checks that read a number, and those that did not. */
  read: z.number(),
  unread: z.number(),
  /** Why the last of those had none, and what it found instead. */
  why: z.string().nullable(),
  found: z.string().nullable(),
});

const answer = z.strictObject({
  from: time,
  to: time,
  /** How long a part is; parts without a check are left out. */
  partMs: z.number(),
  series: z.array(
    z.strictObject({
      source: z.string(),
      name: z.string(),
      unit: z.string().nullable(),
      parts: z.array(part),
    }),
  ),
});

const series = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/monitors/:name/values',
    policy: 'read',
    tag: 'history',
    summary: 'The series of the values of a monitor, with at most 500 parts each',
    params: named,
    query: z.strictObject({
      /** A week before `to` when absent. */
      from: time.optional(),
      /** Now when absent. */
      to: time.optional(),
      parts: z.coerce.number().int().min(1).max(MAX_BUCKETS).optional(),
    }),
    answer,
    handle: async ({ principal: { workspace }, params: { name }, query }) => {
      const to = query.to === undefined ? deps.clock.now() : new Date(query.to);
      const wanted = new Date(query.from ?? to.getTime() - USUAL_DAYS * DAY_MS);
      if (wanted >= to)
        throw new HttpError('unprocessable', 'from: must be before to, which is now when absent');
      return withWorkspace(deps.pool, workspace, async (tx) => {
        const { spec } = await getMonitor(tx, workspace, name);
        const kept = new Date(deps.clock.now().getTime() - spec.retention.days * DAY_MS);
        // what is older is past its time, although its partition may still be there
        const from = wanted < kept && kept < to ? kept : wanted;
        const range = { from, to, buckets: query.parts ?? MAX_BUCKETS };
        const rows = await listValueSeries(tx, workspace, name, range);
        return {
          body: {
            from: from.toISOString(),
            to: to.toISOString(),
            partMs: bucketMs(range),
            series: seriesOf(spec, rows),
          },
        };
      });
    },
  });

/** In the order of the spec; what it no longer names comes last. */
function seriesOf(
  { sources, values = [] }: Pick<MonitorJobSpec, 'sources' | 'values'>,
  rows: readonly ValueBucket[],
): z.output<typeof answer>['series'] {
  const placeIn = (list: readonly { readonly name: string }[], name: string): number => {
    const place = list.findIndex((each) => each.name === name);
    return place === -1 ? list.length : place;
  };
  const groups = Map.groupBy(rows, ({ source, name }) => JSON.stringify([source, name]));
  return [...groups.values()]
    .map((parts) => {
      const { source = '', name = '' } = parts[0] ?? {};
      const unit = values.find((value) => value.name === name)?.unit ?? null;
      return {
        source,
        name,
        unit: unit ?? parts.findLast((each) => each.unit !== null)?.unit ?? null,
        parts: parts.map((each) => present(part, each)),
      };
    })
    .toSorted(
      (left, right) =>
        placeIn(values, left.name) - placeIn(values, right.name) ||
        placeIn(sources, left.source) - placeIn(sources, right.source),
    );
}

const lastValue = z.strictObject({
  monitor: z.string(),
  source: z.string(),
  name: z.string(),
  at: time,
  number: decimal.nullable(),
  unit: z.string().nullable(),
  why: z.string().nullable(),
  found: z.string(),
});

const lastValues = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/last-values',
    policy: 'read',
    tag: 'history',
    summary:
      'The last numbers of several monitors within a week: two dozen of the first value of each, one of the others',
    query: z.strictObject({
      /** Names, with commas between them. */
      monitors: z
        .string()
        .transform((text) => text.split(','))
        .pipe(z.array(objectName).max(200)),
    }),
    answer: pageOf(lastValue),
    handle: async ({ principal: { workspace }, query: { monitors } }) => {
      const since = new Date(deps.clock.now().getTime() - LAST_DAYS * DAY_MS);
      const items = await withWorkspace(deps.pool, workspace, (tx) =>
        listLastValues(tx, workspace, monitors, since),
      );
      return { body: presentPage(lastValue, { items }) };
    },
  });
