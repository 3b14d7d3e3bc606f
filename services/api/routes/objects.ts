/** Applying manifests, channels, and the names of secrets. */
import { z } from 'zod';
import { CHANNEL_TEST_PATH, channelTestResult } from '../../core/contracts/scheduler.ts';
import { getChannel, listChannels } from '../../store/channels.ts';
import { listSecrets } from '../../store/secrets.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { showChannels } from '../shown.ts';
import { maybeTime, named, object, pageOf, paging, presentPage, time } from './schemas.ts';

export const objectRoutes = (deps: ApiDeps): Route[] => [
  apply(deps),
  listAll(deps),
  readOne(deps),
  removeOne(deps, '/api/v1/channels/:name', 'NotificationChannel'),
  testChannel(deps),
  secrets(deps),
  removeOne(deps, '/api/v1/secrets/:name', 'Secret'),
  removeOne(deps, '/api/v1/configmaps/:name', 'ConfigMap'),
];

const apply = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/apply',
    policy: 'write',
    tag: 'manifests',
    summary: 'Applies manifests; each object by itself, with its own result',
    body: z.strictObject({
      documents: z.array(object).max(500),
      /** The file the manifests stand in, for messages. */
      source: z.string().max(255).optional(),
      /** The file manages its objects: they are read-only elsewhere and deleted when it drops them. */
      manage: z.boolean().default(false),
      dryRun: z.boolean().default(false),
    }),
    answer: z.strictObject({
      results: z.array(
        z.strictObject({
          kind: z.string(),
          name: z.string(),
          action: z.enum(['created', 'configured', 'unchanged', 'deleted', 'refused']),
          problems: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
        }),
      ),
    }),
    handle: async ({ principal, body }) => {
      const managedBy = body.manage && body.source !== undefined ? body.source : null;
      const { documents, dryRun } = body;
      const results = await deps.objects.apply(principal, { documents, managedBy, dryRun });
      return {
        body: {
          results: results.map(({ problems, ...result }) => ({
            ...result,
            ...(problems
              ? { problems: problems.map(({ path, message }) => ({ path, message })) }
              : {}),
          })),
        },
      };
    },
  });

const listAll = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/channels',
    policy: 'read',
    tag: 'channels',
    summary: 'The notification channels of the workspace, by name',
    query: z.strictObject(paging),
    answer: pageOf(object),
    handle: async ({ principal: { workspace }, query }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        const page = await listChannels(tx, workspace, query);
        const items = await showChannels(tx, deps, workspace, page.items);
        return {
          body: { items: items.map((item) => ({ ...item })), nextCursor: page.nextCursor ?? null },
        };
      }),
  });

const readOne = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/channels/:name',
    policy: 'read',
    tag: 'channels',
    summary: 'One channel as a NotificationChannel with its status',
    params: named,
    answer: object,
    handle: async ({ principal: { workspace }, params }) => {
      const { object: body, etag } = await deps.objects.readChannel(workspace, params.name);
      return { body, headers: { etag } };
    },
  });

const removeOne = (
  deps: ApiDeps,
  path: string,
  kind: 'NotificationChannel' | 'Secret' | 'ConfigMap',
): Route =>
  defineRoute({
    method: 'delete',
    path,
    policy: 'write',
    tag: kind === 'NotificationChannel' ? 'channels' : 'secrets',
    summary: `Deletes a ${kind}`,
    status: 204,
    params: named,
    handle: async ({ principal, params }) => {
      await deps.objects.remove(principal, kind, params.name);
      return { body: undefined };
    },
  });

const testChannel = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/channels/:name/test',
    policy: 'write',
    tag: 'channels',
    limit: 'costly',
    summary: 'Sends a test message through a channel and says what became of it',
    params: named,
    body: z.strictObject({}).optional(),
    answer: channelTestResult,
    handle: async ({ principal: { workspace }, params }) => {
      await withWorkspace(deps.pool, workspace, (tx) => getChannel(tx, workspace, params.name));
      const request = { workspace, channel: params.name };
      return {
        body: await deps.scheduler.post(CHANNEL_TEST_PATH, request, channelTestResult, {
          timeoutMs: 90_000,
        }),
      };
    },
  });

const secretMeta = z.strictObject({
  kind: z.enum(['Secret', 'ConfigMap']),
  name: z.string(),
  keys: z.array(z.string()),
  managedBy: z.string().nullable(),
  createdAt: time,
  updatedAt: maybeTime,
});

const secrets = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/secrets',
    policy: 'read',
    tag: 'secrets',
    summary: 'Names and keys of Secrets and ConfigMaps; values are never read back',
    answer: pageOf(secretMeta),
    handle: async ({ principal: { workspace } }) => {
      const items = await withWorkspace(deps.pool, workspace, (tx) => listSecrets(tx, workspace));
      return { body: presentPage(secretMeta, { items }) };
    },
  });
