import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MonitorWorkers, PoolAddress } from '../core/contracts/projection.ts';
import { claimOldest } from './claim.ts';
import { projectMonitor } from './projection.ts';
import { NOON, seedMonitor, testSpec } from './testing/monitors.ts';
import { useDatabase } from './testing/suite.ts';
import { boundWorkers, workersOf } from './workers.ts';

const pool = (name: string): PoolAddress => ({
  namespace: 'team',
  name,
  url: `http://${name}.team.svc:8001`,
  keyring: 'browser/team',
  perCheck: false,
});

describe('where the pods of monitors are', () => {
  const suite = useDatabase();
  beforeEach(() => suite.db.pool('postgres').query('DELETE FROM monitors'));
  const project = (name: string, workers: MonitorWorkers | null, workspace = 'team') =>
    suite.scheduler((tx) => {
      const texts = { labels: {}, annotations: {}, runRequest: null };
      const job = { name, uid: randomUUID(), generation: 1, spec: testSpec(), ...texts, workers };
      return projectMonitor(tx, workspace, job, { now: NOON, firstDue: () => NOON });
    }, workspace);
  const sql = () => suite.db.pool('mon_scheduler');

  it('is told of all workspaces, each place once, and of none that is gone', async () => {
    const [own, other] = [pool('own'), pool('other')];
    await project('a', { browser: own, llm: null });
    await project('b', { browser: own, llm: null }, 'other');
    await project('c', { browser: other, llm: own });
    await project('local', null);
    await project('gone', { browser: pool('gone'), llm: null });
    await sql().query(`UPDATE monitors SET deleted_at = $1 WHERE name = 'gone'`, [NOON]);
    const bound = await boundWorkers(sql());
    const byName = bound.toSorted((a, b) =>
      (a.browser?.name ?? '').localeCompare(b.browser?.name ?? ''),
    );
    assert.deepEqual(byName, [
      { browser: other, llm: own },
      { browser: own, llm: null },
    ]);
  });

  it('is told of one monitor, and nothing of one that is not there', async () => {
    const workers = { browser: pool('own'), llm: null };
    await project('a', workers);
    const of = (name: string, workspace?: string) =>
      suite.scheduler((tx) => workersOf(tx, workspace ?? 'team', name), workspace);
    assert.deepEqual(await of('a'), workers);
    assert.equal(await of('b'), null);
    assert.equal(await of('a', 'other'), null);
  });

  it('comes with the claim', async () => {
    const workers = { browser: pool('own'), llm: pool('llm') };
    await project('a', workers);
    await suite.scheduler((tx) => seedMonitor(tx, { name: 'local' }));
    const claims = await claimOldest(sql(), { now: NOON, leaseMs: 1000, limit: 9, owner: 'one' });
    assert.deepEqual(Object.fromEntries(claims.map((claim) => [claim.monitor, claim.workers])), {
      a: workers,
      local: null,
    });
  });
});
