/** The operator's door to the scheduler: projection in, status feed, capacity and freeze. */
import { Router, type Request } from 'express';
import { z } from 'zod';
import { objectName, workspaceId } from '../../core/contracts/common.ts';
import {
  CAPACITY_PATH,
  CHANNEL_STATES_PATH,
  channelStatesQuery,
  FREEZE_PATH,
  freezeRequest,
  INVENTORY_PATH,
  inventoryRequest,
  PROJECTED_CHANNELS_PATH,
  PROJECTED_MONITORS_PATH,
  projectedChannel,
  projectedMonitor,
  retireRequest,
  ROTATION_PATH,
  rotationRequest,
  STATUS_FEED_PATH,
  STATUS_PAGE,
  statusFeedQuery,
  type CapacityReport,
  type ChannelStates,
  type RotationRequest,
  type StatusFeed,
} from '../../core/contracts/projection.ts';
import { KEY_TABLE_PATH, type KeyTable } from '../../core/contracts/keys.ts';
import { onlyFrom } from '../../core/internal/guard.ts';
import { appendAudit } from '../../store/audit.ts';
import { oldestLatenessMs } from '../../store/claim.ts';
import { readChannelStates } from '../../store/channelStates.ts';
import { frozenBy, setFrozen } from '../../store/freeze.ts';
import { askedRotations, noteRotation } from '../../store/rotation.ts';
import type { ObjectKey } from '../../store/projection.ts';
import { readStatusFeed } from '../../store/statusFeed.ts';
import { PLATFORM_WORKSPACE, withWorkspace } from '../../store/workspace.ts';
import { asHttp } from '../asHttp.ts';
import type { SchedulerDeps } from '../deps.ts';
import { putChannel, putMonitor, retire, takeInventory } from './project.ts';
import { channelStateOf, monitorStateOf } from './state.ts';

export interface Occupancy {
  readonly running: number;
  readonly slots: number;
}

export interface ProjectionRoutes {
  readonly deps: SchedulerDeps;
  readonly occupancy: () => Occupancy;
  /** Looks for due work now. */
  readonly wake: () => void;
  readonly keyTable: () => KeyTable;
}

const objectKey = z.object({ workspace: workspaceId, name: objectName });
const keyOf = (request: Request): ObjectKey => objectKey.parse(request.params);

/** Every route is the operator's alone; the api's key opens none of them. */
export function projectionRoutes(options: ProjectionRoutes): Router {
  const { deps, occupancy, wake, keyTable } = options;
  const router = Router();
  const operator = onlyFrom('operator');
  router.put(`${PROJECTED_MONITORS_PATH}/:workspace/:name`, operator, async (request, response) => {
    const body = projectedMonitor.parse(request.body);
    const result = await asHttp(putMonitor(keyOf(request), body, deps));
    if (result.outcome !== 'unchanged') wake();
    response.json(result);
  });
  router.put(`${PROJECTED_CHANNELS_PATH}/:workspace/:name`, operator, async (request, response) => {
    const body = projectedChannel.parse(request.body);
    const result = await asHttp(putChannel(keyOf(request), body, deps));
    if (result.outcome !== 'unchanged') wake();
    response.json(result);
  });
  for (const [kind, path] of [
    ['monitors', PROJECTED_MONITORS_PATH],
    ['channels', PROJECTED_CHANNELS_PATH],
  ] as const)
    router.post(`${path}/:workspace/:name/retire`, operator, async (request, response) => {
      await asHttp(retire(kind, keyOf(request), retireRequest.parse(request.body), deps));
      response.json({});
    });
  router.put(INVENTORY_PATH, operator, async (request, response) => {
    response.json(await asHttp(takeInventory(inventoryRequest.parse(request.body), deps)));
  });
  router.get(STATUS_FEED_PATH, operator, async (request, response) => {
    response.json(await asHttp(feed(statusFeedQuery.parse(request.query).after, deps)));
  });
  router.get(CHANNEL_STATES_PATH, operator, async (request, response) => {
    const { after } = channelStatesQuery.parse(request.query);
    response.json(await asHttp(channelPage(after, deps)));
  });
  router.get(CAPACITY_PATH, operator, async (_request, response) => {
    const queueAgeMs = await oldestLatenessMs(deps.pool, deps.clock.now());
    const figures = { ...deps.load.report(), ...occupancy(), queueAgeMs };
    const report: CapacityReport = { ...figures, waiting: deps.workers.waiting() };
    response.json(report);
  });
  router.get(KEY_TABLE_PATH, operator, async (_request, response) => {
    const asked = await askedRotations(deps.pool);
    response.json({ ...keyTable(), ...(asked && { asked }) });
  });
  router.put(FREEZE_PATH, operator, async (request, response) => {
    const { frozen, askedBy } = freezeRequest.parse(request.body);
    await freezeByOperator(frozen, askedBy, deps);
    wake();
    response.json({ frozen: (await frozenBy(deps.pool)).length > 0 });
  });
  router.put(ROTATION_PATH, operator, async (request, response) => {
    await noteForAudit(rotationRequest.parse(request.body), deps);
    response.json({});
  });
  return router;
}

/** The operator says it again whenever it starts. */
const noteForAudit = (
  { act, askedAt, askedBy }: RotationRequest,
  { pool, clock }: SchedulerDeps,
): Promise<void> =>
  withWorkspace(pool, PLATFORM_WORKSPACE, async (tx) => {
    if (!(await noteRotation(tx, act, askedAt))) return;
    await appendAudit(tx, PLATFORM_WORKSPACE, {
      at: clock.now(),
      actor: 'operator',
      action: act,
      subject: 'installation',
      detail: { by: 'annotation of the MonitorPlatform', askedAt, ...(askedBy && { askedBy }) },
    });
  });

/** A freeze needs no name in the cluster: who made it is not guessed. */
const UNNAMED = 'unknown: spec.suspend was written without a name';

/** The operator says at each pass what holds; only what changes is an act. */
const freezeByOperator = (
  frozen: boolean,
  askedBy: string | undefined,
  { pool, clock }: SchedulerDeps,
): Promise<void> =>
  withWorkspace(pool, PLATFORM_WORKSPACE, async (tx) => {
    const was = (await frozenBy(tx)).includes('operator');
    await setFrozen(tx, 'operator', frozen);
    if (was === frozen) return;
    await appendAudit(tx, PLATFORM_WORKSPACE, {
      at: clock.now(),
      actor: 'operator',
      action: frozen ? 'freeze' : 'resume',
      subject: 'installation',
      detail: { by: 'suspend of the MonitorPlatform', askedBy: askedBy ?? UNNAMED },
    });
  });

async function feed(after: string | undefined, deps: SchedulerDeps): Promise<StatusFeed> {
  const page = await readStatusFeed(deps.pool, {
    after,
    limit: STATUS_PAGE,
    now: deps.clock.now(),
  });
  return { ...page, monitors: page.monitors.map(monitorStateOf) };
}

async function channelPage(after: string | undefined, deps: SchedulerDeps): Promise<ChannelStates> {
  const [workspace = '', name = ''] = after?.split('/') ?? [];
  const rows = await readChannelStates(deps.pool, {
    after: after === undefined ? undefined : { workspace, name },
    limit: STATUS_PAGE,
    now: deps.clock.now(),
  });
  const last = rows.at(-1);
  return {
    channels: rows.map(channelStateOf),
    after: last && rows.length === STATUS_PAGE ? `${last.workspace}/${last.name}` : null,
  };
}
