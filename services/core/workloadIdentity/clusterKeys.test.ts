import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeClock } from '../testing/clock.ts';
import { captureLog, type CapturedLog } from '../testing/log.ts';
import { CLUSTER_KEYS_FILE, watchClusterKeys } from './clusterKeys.ts';
import { tokenCheckOf } from './config.ts';
import { fakeCluster } from './testing/cluster.ts';

describe('core: what tokens are checked with', () => {
  const clock = fakeClock();
  const cluster = fakeCluster(clock);
  let folder: string;
  let keysFile: string;
  let captured: CapturedLog;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-cluster-'));
    keysFile = path.join(folder, 'keys.json');
    captured = captureLog();
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const put = (value: unknown): void => {
    writeFileSync(path.join(folder, 'next'), JSON.stringify(value));
    renameSync(path.join(folder, 'next'), path.join(folder, CLUSTER_KEYS_FILE));
  };

  it('B8 is unknown before the operator has said it, and the last good file after', () => {
    const source = watchClusterKeys(keysFile, captured.log, 0);
    assert.equal(source(), undefined);
    assert.match(captured.text(), /cluster-keys\.json cannot be read/);
    put(cluster.keys);
    assert.deepEqual(source(), cluster.keys);
    put({ ...cluster.keys, keys: [] });
    assert.deepEqual(source(), cluster.keys);
  });

  it('takes in no private part of a key', () => {
    put({ ...cluster.keys, keys: cluster.keys.keys.map((key) => ({ ...key, d: 'private' })) });
    assert.deepEqual(watchClusterKeys(keysFile, captured.log, 0)(), cluster.keys);
  });

  it('is asked for where the configuration says so, and nowhere else', async () => {
    const deps = { clock, log: captured.log };
    assert.equal(tokenCheckOf({ keysFile }, 'browser', deps), undefined);
    assert.equal(tokenCheckOf({ keysFile, workloadIdentity: 'off' }, 'browser', deps), undefined);
    put(cluster.keys);
    const check = tokenCheckOf({ keysFile, workloadIdentity: 'required' }, 'browser', deps);
    const header = `Bearer ${cluster.token('scheduler', 'browser')}`;
    assert.equal(await check?.(header, 'scheduler'), undefined);
    assert.equal(await check?.(undefined, 'scheduler'), 'token_missing');
  });
});
