/** Monitors: list and edit. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { isRecord } from '../../core/manifest/index.ts';
import { setSuspended } from '../../store/apply.ts';
import { findMonitor, getMonitor, listMonitors, type Monitor } from '../../store/monitors.ts';
import { withWorkspace, type Tx } from '../../store/workspace.ts';
import { applyDeps, applyDocuments, audit, removeObject } from '../apply.ts';
import type { ApiDeps } from '../deps.ts';
import { withIdempotency } from '../idempotency.ts';
import { monitorObject } from '../objects.ts';
import type { Principal } from '../principal.ts';
import { readReferences } from '../references.ts';
import { checkApplied } from '../refusal.ts';
import { defineRoute, type Reply, type Route } from '../route.ts';
import { wake } from '../wake.ts';
import { named, object, objectName, pageOf, paging } from './schemas.ts';

const tag = 'monitors';
const etagOf = ({ resourceVersion }: Pick<Monitor, 'resourceVersion'>): string =>
  `"${resourceVersion}"`;

/** The version that an If-Match header demands. */
export function ifMatch(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const version = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (version === undefined)
    throw new HttpError('invalid', 'If-Match must be an ETag of this object');
  return Number(version);
}

async function shown(
  deps: ApiDeps,
  tx: Tx,
  workspace: string,
  monitor: Monitor,
): Promise<Record<string, unknown>> {
  const references = await readReferences(tx, workspace);
  return { ...monitorObject(monitor, workspace, references, deps.clock.now()) };
}

/** Applies one MonitorJob and answers with the object, or refuses with its problems. */
async function applyOne(
  deps: ApiDeps,
  principal: Principal,
  document: Record<string, unknown>,
  name: string,
): Promise<Reply<Record<string, unknown>>> {
  const [result] = await applyDocuments(deps, principal, {
    documents: [document],
    managedBy: null,
    dryRun: false,
  });
  checkApplied(result);
  const { workspace } = principal;
  const body = await withWorkspace(deps.pool, workspace, async (tx) =>
    shown(deps, tx, workspace, await getMonitor(tx, workspace, name)),
  );
  await wake(deps, workspace, name);
  return { status: result?.action === 'created' ? 201 : 200, body };
}

const nameOf = (document: Record<string, unknown>): string =>
  isRecord(document['metadata']) && typeof document['metadata']['name'] === 'string'
    ? document['metadata']['name']
    : '';

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

const list = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/monitors',
    policy: 'read',
    tag,
    summary: 'The monitors of the workspace, by name',
    query: z.strictObject(paging),
    answer: pageOf(object),
    handle: async ({ principal: { workspace }, query }) => {
      const { page, references } = await withWorkspace(deps.pool, workspace, async (tx) => ({
        page: await listMonitors(tx, workspace, query),
        references: await readReferences(tx, workspace),
      }));
      const now = deps.clock.now();
      const items = page.items.map((monitor) => ({
        ...monitorObject(monitor, workspace, references, now),
      }));
      return { body: { items, nextCursor: page.nextCursor ?? null } };
    },
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
        const name = nameOf(body);
        const { workspace } = principal;
        if (body['kind'] !== 'MonitorJob')
          throw new HttpError('unprocessable', 'kind: must be MonitorJob');
        const taken = await withWorkspace(deps.pool, workspace, (tx) =>
          findMonitor(tx, workspace, name),
        );
        if (taken) throw new HttpError('conflict', `The monitor ${name} exists already`);
        return applyOne(deps, principal, body, name);
      }),
  });

const read = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/monitors/:name',
    policy: 'read',
    tag,
    summary: 'One monitor as a MonitorJob with its status',
    params: named,
    answer: object,
    handle: async ({ principal: { workspace }, params }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        const monitor = await getMonitor(tx, workspace, params.name);
        return {
          body: await shown(deps, tx, workspace, monitor),
          headers: { etag: etagOf(monitor) },
        };
      }),
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
      if (nameOf(body) !== params.name)
        throw new HttpError('unprocessable', 'metadata.name: must be the name in the path');
      const wanted = ifMatch(request.get('if-match'));
      const { workspace } = principal;
      const before = await withWorkspace(deps.pool, workspace, (tx) =>
        getMonitor(tx, workspace, params.name),
      );
      if (wanted !== undefined && wanted !== before.resourceVersion)
        throw new HttpError(
          'precondition_failed',
          'The monitor was changed meanwhile; read it again',
        );
      return applyOne(deps, principal, { ...body, kind: 'MonitorJob' }, params.name);
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
      const { workspace } = principal;
      await withWorkspace(deps.pool, workspace, async (tx) => {
        await removeObject(tx, deps, workspace, 'MonitorJob', params.name, null);
        await audit(tx, deps, principal, 'delete', 'MonitorJob', params.name);
      });
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
      const { workspace } = principal;
      const body = await withWorkspace(deps.pool, workspace, async (tx) => {
        const guard = { managedBy: null };
        const done = await setSuspended(
          tx,
          workspace,
          params.name,
          verb === 'pause',
          guard,
          applyDeps(deps),
        );
        if (done.outcome !== 'unchanged')
          await audit(tx, deps, principal, verb, 'MonitorJob', params.name);
        return shown(deps, tx, workspace, done.monitor);
      });
      await wake(deps, workspace, params.name);
      return { body };
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
        const { workspace } = principal;
        const [source, taken] = await withWorkspace(deps.pool, workspace, async (tx) => [
          await getMonitor(tx, workspace, params.name),
          await findMonitor(tx, workspace, body.name),
        ]);
        if (taken) throw new HttpError('conflict', `The monitor ${body.name} exists already`);
        const copy = {
          apiVersion: 'mon.duckerhub.com/v1alpha1',
          kind: 'MonitorJob',
          metadata: { name: body.name },
          spec: { ...source.spec, suspend: true },
        };
        return applyOne(deps, principal, copy, body.name);
      }),
  });
