import assert from 'node:assert/strict';
import { monitorWorkers } from '../../../services/core/contracts/projection.ts';
import { jobOf } from '../controllers/monitorjob/testing.ts';
import { poolOf } from '../controllers/workerpool/testing.ts';
import { onceName, poolChildName } from '../controllers/workerpool/names.ts';
import { workersOf } from './address.ts';
import { LEVELS, type Level } from './binding.ts';

const PLATFORM = 'duckmon';
const workers = (level: Level, namespace = 'team') =>
  workersOf(jobOf({ isolation: { level } }, { namespace }), undefined, [], PLATFORM);

describe('operator: the workers of a job', () => {
  it('are the Services of its pools, with the keys of their namespace', () => {
    const { browser, llm } = workers('Shared');
    assert.deepEqual(browser, {
      namespace: PLATFORM,
      name: 'browser',
      url: `http://${poolChildName(poolOf())}.duckmon.svc:8001`,
      keyring: 'browser',
      perCheck: false,
    });
    assert.deepEqual(llm, {
      namespace: PLATFORM,
      name: 'llm',
      url: `http://${poolChildName(poolOf({}, { name: 'llm' }))}.duckmon.svc:8002`,
      keyring: 'llm',
      perCheck: false,
    });
  });

  it("of a tenant's pool are called with keys that hold in that namespace alone", () => {
    for (const level of ['Namespace', 'Dedicated', 'Ephemeral'] as const) {
      assert.equal(workers(level).browser?.keyring, 'browser/team', level);
      assert.equal(workers(level, PLATFORM).browser?.keyring, 'browser', level);
      assert.equal(workers(level).llm?.keyring, 'llm', level);
    }
  });

  it('of an Ephemeral job are pods for one check, behind a Service of their own', () => {
    const pool = poolOf({}, { namespace: 'team', name: 'ephemeral-browser' });
    const { browser } = workers('Ephemeral');
    assert.equal(browser?.url, `http://${onceName(pool)}.team.svc:8001`);
    assert.equal(browser.perCheck, true);
    for (const level of ['Shared', 'Namespace', 'Dedicated'] as const)
      assert.equal(workers(level).browser?.perCheck, false, level);
  });

  it('are never null in a cluster, where that would be the pool of everybody', () => {
    for (const level of LEVELS) {
      const all = workers(level, 'a'.repeat(63));
      assert.ok(all.browser && all.llm, level);
      assert.deepEqual(monitorWorkers.parse(all), all);
    }
  });
});
