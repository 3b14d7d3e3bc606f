/** A scheduler in memory behind real HTTP, with the real guard: what the operator is tested against. */
import { Router, type NextFunction, type Request, type Response } from 'express';
import { systemClock } from '../../../services/core/clock.ts';
import { KEY_TABLE_PATH, type KeyTable } from '../../../services/core/contracts/keys.ts';
import {
  CAPACITY_PATH,
  CHANNEL_STATES_PATH,
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
  statusFeedQuery,
  type CapacityReport,
  type RotationRequest,
} from '../../../services/core/contracts/projection.ts';
import { HttpError } from '../../../services/core/errors.ts';
import { createApp } from '../../../services/core/http/app.ts';
import { serve, type Listening } from '../../../services/core/http/serve.ts';
import { onlyFrom, requireInternal } from '../../../services/core/internal/guard.ts';
import { createLog } from '../../../services/core/log.ts';
import { createMetrics } from '../../../services/core/metrics.ts';
import type { TestKeys } from '../../../services/core/testing/keys.ts';
import { createMemory, type Kind, type Memory } from './memory.ts';

/** How it answers: at all, with a conflict, or late. */
export type Behaviour =
  | { readonly kind: 'well' }
  /** Every connection is cut without an answer. */
  | { readonly kind: 'down' }
  /** What is put belongs to another owner. */
  | { readonly kind: 'conflict'; readonly message: string }
  | { readonly kind: 'slow'; readonly ms: number };

/** One write that the operator asked for. */
export interface Write {
  readonly action: 'put' | 'retire' | 'inventory';
  readonly kind: Kind | undefined;
  /** `workspace/name`; empty for the inventory. */
  readonly at: string;
  readonly uid: string;
  readonly term: number;
  /** The address by which it came. */
  readonly door: string;
}

export interface TestScheduler extends Memory {
  readonly url: string;
  /** Writes that were not refused for their term, in their order. */
  readonly writes: readonly Write[];
  /** How many writes were refused because a later term was seen. */
  refusedTerms(): number;
  behave(behaviour: Behaviour): void;
  frozen(): boolean;
  /** Whom the last word on the freeze named. */
  frozenBy(): string | undefined;
  /** What it was told of rotations, in order. */
  readonly rotations: readonly RotationRequest[];
  /** From now on it says this of who has loaded which keys; it knows nothing otherwise. */
  knowKeys(table: () => KeyTable): void;
  /** From now on it says this of its load. */
  measure(report: Partial<CapacityReport>): void;
  /** How often it was asked for its load. */
  measured(): number;
  /** One address more of the same scheduler, to tell callers apart. */
  openDoor(): Promise<string>;
  stop(): Promise<void>;
}

/** An inventory of 100,000 objects fits. */
const BODY_LIMIT = 16 * 1024 * 1024;
const CAPACITY: CapacityReport = {
  p95Ms: { http: null, browser: null },
  judgeP95Ms: null,
  judgedShare: null,
  running: 0,
  slots: 8,
  queueAgeMs: 0,
  waiting: [],
};

export interface TestSchedulerOptions {
  /** The feed says nothing of a monitor before a test does. */
  readonly isQuiet?: boolean;
}

/** @param keys of which the operator has its part */
export async function startTestScheduler(
  keys: TestKeys,
  { isQuiet = false }: TestSchedulerOptions = {},
): Promise<TestScheduler> {
  const log = createLog('scheduler', 'silent');
  const metrics = createMetrics('scheduler');
  const memory = createMemory(isQuiet);
  const doors: Listening[] = [];
  const desk = createDesk();
  const app = createApp({ log, metrics, bodyLimit: BODY_LIMIT, readiness: () => ({}) });
  app.express.use((_request, response, next) => void desk.receive(response, next));
  const guard = {
    service: 'scheduler',
    keys: keys.of('scheduler'),
    clock: systemClock,
    log,
    metrics,
    addresses: () => doors.map(({ port }) => `127.0.0.1:${port}`),
  } as const;
  app.express.use('/internal/v1', requireInternal(guard), onlyFrom('operator'));
  app.express.use(writingRoutes(memory, desk), readingRoutes(memory, desk));
  const listener = app.finish();
  const openDoor = async (): Promise<string> => {
    const door = await serve(listener, { host: '127.0.0.1', port: 0 });
    doors.push(door);
    return door.url;
  };
  return {
    ...memory,
    url: await openDoor(),
    writes: desk.writes,
    refusedTerms: () => desk.refusedTerms,
    behave: desk.behave,
    frozen: () => desk.frozen,
    frozenBy: () => desk.frozenBy,
    rotations: desk.rotations,
    knowKeys: (table) => void (desk.keyTable = table),
    measure: (report) => void (desk.capacity = { ...CAPACITY, ...report }),
    measured: () => desk.measured,
    openDoor,
    stop: async () => void (await Promise.all(doors.map((door) => door.stop(0)))),
  };
}

/** What happens to every request, and the book of them. */
interface Desk {
  readonly writes: Write[];
  refusedTerms: number;
  frozen: boolean;
  frozenBy: string | undefined;
  readonly rotations: RotationRequest[];
  keyTable: () => KeyTable;
  capacity: CapacityReport;
  measured: number;
  readonly behave: (behaviour: Behaviour) => void;
  readonly receive: (response: Response, next: NextFunction) => Promise<void>;
  /** @throws HttpError `conflict` for a term that is over, or when a test says so. */
  readonly note: (request: Request, write: Omit<Write, 'door'>) => void;
}

function createDesk(): Desk {
  let behaviour: Behaviour = { kind: 'well' };
  let term = 0;
  const desk: Desk = {
    writes: [],
    refusedTerms: 0,
    frozen: false,
    frozenBy: undefined,
    rotations: [],
    keyTable: () => ({ readers: null }),
    capacity: CAPACITY,
    measured: 0,
    behave: (next) => void (behaviour = next),
    receive: async (response, next) => {
      if (behaviour.kind === 'slow') await systemClock.sleep(behaviour.ms);
      if (behaviour.kind === 'down') response.socket?.destroy();
      else next();
    },
    note: (request, write) => {
      if (write.term < term) {
        desk.refusedTerms += 1;
        throw new HttpError(
          'conflict',
          'Another operator leads since; this one has lost its lease.',
        );
      }
      ({ term } = write);
      if (behaviour.kind === 'conflict' && write.action === 'put')
        throw new HttpError('conflict', behaviour.message);
      desk.writes.push({ ...write, door: `http://${request.headers.host ?? ''}` });
    },
  };
  return desk;
}

const PATHS = {
  monitors: PROJECTED_MONITORS_PATH,
  channels: PROJECTED_CHANNELS_PATH,
} as const;

const atOf = ({ params }: Request): string =>
  `${String(params['workspace'])}/${String(params['name'])}`;

function writingRoutes(memory: Memory, desk: Desk): Router {
  const router = Router();
  const take = (kind: Kind, request: Request, response: Response): void => {
    const schema = kind === 'monitors' ? projectedMonitor : projectedChannel;
    const body = schema.parse(request.body);
    const at = atOf(request);
    desk.note(request, { action: 'put', kind, at, uid: body.uid, term: body.term });
    response.json(memory.put(kind, at, body));
  };
  for (const kind of ['monitors', 'channels'] as const) {
    const path = `${PATHS[kind]}/:workspace/:name`;
    router.put(path, (request, response) => take(kind, request, response));
    router.post(`${path}/retire`, (request, response) => {
      const { uid, term } = retireRequest.parse(request.body);
      const at = atOf(request);
      desk.note(request, { action: 'retire', kind, at, uid, term });
      memory.retire(kind, at, uid);
      response.json({});
    });
  }
  router.put(INVENTORY_PATH, (request, response) => {
    const body = inventoryRequest.parse(request.body);
    const whole = { action: 'inventory', kind: undefined, at: '', uid: '' } as const;
    desk.note(request, { ...whole, term: body.term });
    response.json(memory.inventory(body));
  });
  return router;
}

function readingRoutes(memory: Memory, desk: Desk): Router {
  const router = Router();
  router.get(STATUS_FEED_PATH, (request, response) => {
    response.json(memory.feed(statusFeedQuery.parse(request.query).after));
  });
  router.get(CHANNEL_STATES_PATH, (_request, response) => {
    response.json({ channels: memory.channelStates(), after: null });
  });
  router.get(CAPACITY_PATH, (_request, response) => {
    desk.measured += 1;
    response.json(desk.capacity);
  });
  router.get(KEY_TABLE_PATH, (_request, response) => {
    response.json(desk.keyTable());
  });
  router.put(FREEZE_PATH, (request, response) => {
    const { frozen, askedBy } = freezeRequest.parse(request.body);
    Object.assign(desk, { frozen, frozenBy: askedBy });
    response.json({ frozen });
  });
  router.put(ROTATION_PATH, (request, response) => {
    desk.rotations.push(rotationRequest.parse(request.body));
    response.json({});
  });
  return router;
}
