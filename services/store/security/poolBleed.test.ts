import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { Pool } from 'pg';
import { silentLog } from '../log.ts';
import { openPool } from '../pool.ts';
import { seedMonitor, seedWorkspaces } from '../testing/monitors.ts';
import { useDatabase } from '../testing/suite.ts';
import { withTokenHash, withTransaction, withUser, withWorkspace, type Tx } from '../workspace.ts';

const REQUESTS = Number(process.env['DUCKMON_POOL_REQUESTS'] ?? 3_000);
const WORKSPACES = 100;
const CLIENTS = 128;
const nameOf = (n: number): string => `ws-${n}`;

/** The same numbers in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

class GivenUp extends Error {}

const workspacesSeen = async (tx: Pick<Tx, 'query'>): Promise<string[]> => {
  const { rows } = await tx.query<{ workspace_id: string }>('SELECT workspace_id FROM monitors');
  return rows.map((row) => row.workspace_id);
};

/** Ways in which a request ends early, or is none of a workspace. */
const ENDS = [
  'whole',
  'whole',
  'whole',
  'thrown',
  'refused',
  'killed',
  'unset',
  'otherSetting',
] as const;

describe('connections of a pool', function () {
  this.timeout(900_000);
  const suite = useDatabase();
  let pool: Pool;
  let foreign = 0;
  let seen = 0;
  const ids = Array.from({ length: WORKSPACES }, (_, n) => nameOf(n));
  const random = createRandom(7);

  /** One request; counts the rows that it saw of others. */
  const request = async (end: (typeof ENDS)[number], workspace: string): Promise<void> => {
    const look = async (tx: Tx): Promise<void> => {
      const own = await workspacesSeen(tx);
      seen += own.length;
      foreign += own.filter((each) => each !== tx.workspace).length;
    };
    switch (end) {
      case 'whole':
        return withWorkspace(pool, workspace, look);
      case 'thrown':
        return withWorkspace(pool, workspace, async (tx) => {
          await look(tx);
          throw new GivenUp();
        });
      case 'refused':
        return withWorkspace(pool, workspace, async (tx) => {
          await look(tx);
          await tx.query('SELECT 1 / 0');
        });
      case 'killed':
        return withWorkspace(pool, workspace, async (tx) => {
          await look(tx);
          await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
        });
      case 'unset':
        foreign += (await workspacesSeen(pool)).length;
        return withTransaction(pool, look);
      case 'otherSetting':
        await withTokenHash(pool, Buffer.alloc(32, 1), look);
        return withUser(pool, '019aa000-0000-7000-8000-000000000001', look);
      default:
        return end satisfies never;
    }
  };
  /** Requests of many clients at the same time, each one after the other. */
  const serve = async (choose: () => (typeof ENDS)[number]): Promise<void> => {
    let left = REQUESTS;
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        while (left > 0) {
          left -= 1;
          await request(choose(), nameOf(random(WORKSPACES))).catch(() => undefined);
          if (random(3) === 0) await turn();
        }
      }),
    );
  };

  before(async () => {
    await seedWorkspaces(suite.db, ...ids);
    for (const workspace of ids)
      await seedMonitor(suite.db.pool('postgres'), { workspace, name: 'shop' });
  });
  beforeEach(() => {
    [foreign, seen] = [0, 0];
    pool = openPool(suite.db.url('mon_api'), {
      applicationName: 'bleed',
      log: silentLog,
      max: 48,
    });
  });
  afterEach(() => pool.end());

  it(`E3 never show a row of another workspace, in ${REQUESTS} interleaved requests of ${WORKSPACES} workspaces with random ends`, async () => {
    await serve(() => ENDS[random(ENDS.length)] ?? 'whole');
    assert.ok(seen > REQUESTS / 3, `${seen} rows were seen`);
    assert.equal(foreign, 0);
  });
});
