/** Monitors: list and edit. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { countMonitors, listMonitors } from '../../store/monitorsListed.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { nameIn } from '../documents.ts';
import { withIdempotency } from '../idempotency.ts';
import { defineRoute, type Route } from '../route.ts';
import { showMonitors } from '../shown.ts';
import { named, object, objectName, pageOf, paging } from './schemas.ts';

const tag = 'monitors';
export const monitorRoutes = (deps: ApiDeps): Route[] => [
  list(deps),
  create(deps),
  read(deps),
  replace(deps),
  remove(deps),
  suspend(deps, 'pause'),
  suspend(deps, 'resume'),
  duplicate(deps),
];

const counts = z.strictObject({
  all: z.number(),
  watching: z.number(),
  failing: z.number(),
  paused: z.number(),
  findings: z.number(),
});

const list = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/monitors',
    policy: 'read',
    tag,
    summary: 'The monitors of the workspace: searched, of a tag, of a state, in an order',
    query: z.strictObject({
      ...paging,
      search: z.string().max(200).optional(),
      tag: z.string().min(1).max(63).optional(),
      state: z.enum(['watching', 'failing', 'paused', 'findings']).optional(),
      sort: z.enum(['name', 'lastCheck', 'lastChange', 'nextCheck']).optional(),
      /** Also says how many there are in each state. */
      counts: z.enum(['true', 'false']).optional(),
    }),
    answer: pageOf(object).extend({ counts: counts.optional() }),
    handle: async ({ principal: { workspace }, query: { counts: isCounted, ...request } }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        const page = await listMonitors(tx, workspace, request);
        const items = await showMonitors(tx, deps, workspace, page.items);
        return {
          body: {
            items: items.map((item) => ({ ...item })),
            nextCursor: page.nextCursor ?? null,
            ...(isCounted === 'true'
              ? { counts: await countMonitors(tx, workspace, request) }
              : {}),
          },
        };
      }),
  });

const create = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/monitors',
    policy: 'write',
    tag,
    summary: 'Creates a monitor from a MonitorJob; refuses a name that is taken',
    status: 201,
    body: object,
    answer: object,
    handle: ({ principal, body, request }) =>
      withIdempotency(deps, principal, request, async () => {
        checkKind(body['kind']);
        const created = await deps.objects.create(principal, body);
        return { status: 201, body: created.object };
      }),
  });

function checkKind(kind: unknown): void {
  if (kind !== 'MonitorJob') throw new HttpError('unprocessable', 'kind: must be MonitorJob');
}

const read = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/monitors/:name',
    policy: 'read',
    tag,
    summary: 'One monitor as a MonitorJob with its status',
    params: named,
    answer: object,
    handle: async ({ principal: { workspace }, params }) => {
      const { object: body, etag } = await deps.objects.readMonitor(workspace, params.name);
      return { body, headers: { etag } };
    },
  });

const replace = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'put',
    path: '/api/v1/monitors/:name',
    policy: 'write',
    tag,
    summary: 'Replaces a monitor; with If-Match only the version that was read',
    params: named,
    body: object,
    answer: object,
    handle: async ({ principal, params, body, request }) => {
      if (nameIn(body) !== params.name)
        throw new HttpError('unprocessable', 'metadata.name: must be the name in the path');
      checkKind(body['kind'] === undefined ? 'MonitorJob' : body['kind']);
      const document = { ...body, kind: 'MonitorJob' };
      const ifMatch = request.get('if-match');
      const replaced = await deps.objects.replace(principal, params.name, document, ifMatch);
      return { body: replaced.object };
    },
  });

const remove = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'delete',
    path: '/api/v1/monitors/:name',
    policy: 'write',
    tag,
    summary: 'Deletes a monitor; its history stays for its retention',
    status: 204,
    params: named,
    handle: async ({ principal, params }) => {
      await deps.objects.remove(principal, 'MonitorJob', params.name);
      return { body: undefined };
    },
  });

const suspend = (deps: ApiDeps, verb: 'pause' | 'resume'): Route =>
  defineRoute({
    method: 'post',
    path: `/api/v1/monitors/:name/${verb}`,
    policy: 'write',
    tag,
    summary:
      verb === 'pause' ? 'Stops the checks of a monitor' : 'Goes on with the checks of a monitor',
    params: named,
    body: z.strictObject({}).optional(),
    answer: object,
    handle: async ({ principal, params }) => {
      const done = await deps.objects.suspend(principal, params.name, verb === 'pause');
      return { body: done.object };
    },
  });

const duplicate = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/monitors/:name/duplicate',
    policy: 'write',
    tag,
    summary: 'Copies a monitor under another name, paused',
    status: 201,
    params: named,
    body: z.strictObject({ name: objectName }),
    answer: object,
    handle: ({ principal, params, body, request }) =>
      withIdempotency(deps, principal, request, async () => {
        const copy = await deps.objects.duplicate(principal, params.name, body.name);
        return { status: 201, body: copy.object };
      }),
  });
