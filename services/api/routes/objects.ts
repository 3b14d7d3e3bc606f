/** Applying manifests, channels, and the names of secrets. */
import { z } from 'zod';
import { CHANNEL_TEST_PATH, channelTestResult } from '../../core/contracts/scheduler.ts';
import { countFailed, getChannel, listChannels } from '../../store/channels.ts';
import { listRecipients } from '../../store/recipients.ts';
import { listSecrets } from '../../store/secrets.ts';
import { withWorkspace, type Tx } from '../../store/workspace.ts';
import { applyDocuments, audit, removeObject } from '../apply.ts';
import type { ApiDeps } from '../deps.ts';
import type { ChannelMail } from '../channelStatus.ts';
import { channelObject } from '../objects.ts';
import { readReferences } from '../references.ts';
import { defineRoute, type Route } from '../route.ts';
import { wake } from '../wake.ts';
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
      const results = await applyDocuments(deps, principal, { documents, managedBy, dryRun });
      const changed = results.some(({ action }) => action === 'created' || action === 'configured');
      if (changed && !dryRun) await wake(deps, principal.workspace);
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

const DAY_MS = 86_400_000;

/** How the deliveries of each channel go, by its name. */
async function readMail(
  tx: Tx,
  deps: ApiDeps,
  workspace: string,
  channel?: string,
): Promise<(name: string) => ChannelMail> {
  const recipients = await listRecipients(tx, workspace, channel);
  const since = new Date(deps.clock.now().getTime() - DAY_MS);
  const failed = await countFailed(tx, workspace, since);
  return (name) => ({
    recipients: recipients.filter((each) => each.channel === name),
    failed24h: failed.get(name) ?? 0,
  });
}

const listAll = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/channels',
    policy: 'read',
    tag: 'channels',
    summary: 'The notification channels of the workspace, by name',
    query: z.strictObject(paging),
    answer: pageOf(object),
    handle: async ({ principal: { workspace }, query }) => {
      const { page, references, mailOf } = await withWorkspace(
        deps.pool,
        workspace,
        async (tx) => ({
          page: await listChannels(tx, workspace, query),
          references: await readReferences(tx, workspace),
          mailOf: await readMail(tx, deps, workspace),
        }),
      );
      const items = page.items.map((channel) => ({
        ...channelObject(channel, workspace, references, mailOf(channel.name)),
      }));
      return { body: { items, nextCursor: page.nextCursor ?? null } };
    },
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
    handle: async ({ principal: { workspace }, params }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        const channel = await getChannel(tx, workspace, params.name);
        const references = await readReferences(tx, workspace);
        const mailOf = await readMail(tx, deps, workspace, params.name);
        return {
          body: { ...channelObject(channel, workspace, references, mailOf(params.name)) },
          headers: { etag: `"${channel.resourceVersion}"` },
        };
      }),
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
      const { workspace } = principal;
      await withWorkspace(deps.pool, workspace, async (tx) => {
        await removeObject(tx, deps, workspace, kind, params.name, null);
        await audit(tx, deps, principal, 'delete', kind, params.name);
      });
      return { body: undefined };
    },
  });

const testChannel = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/channels/:name/test',
    policy: 'write',
    tag: 'channels',
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
