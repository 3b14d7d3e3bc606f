/** Tokens as a real API server makes them, checked by services that cannot ask it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transportOf } from '../../../crds/testing/server.ts';
import { useCluster, useNamespace } from '../../../scripts/testing/cluster/hooks.ts';
import { systemClock } from '../../../services/core/clock.ts';
import { serve } from '../../../services/core/http/serve.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import { fakeClock, type FakeClock } from '../../../services/core/testing/clock.ts';
import { captureLog } from '../../../services/core/testing/log.ts';
import {
  createTokenCheck,
  type TokenProblem,
} from '../../../services/core/workloadIdentity/check.ts';
import {
  clusterKeys,
  type ClusterKeys,
} from '../../../services/core/workloadIdentity/clusterKeys.ts';
import { fakeCluster } from '../../../services/core/workloadIdentity/testing/cluster.ts';
import { until } from '../testing/until.ts';
import { useWorld } from '../testing/world.ts';
import { createClusterKeysReader, type ClusterKeysReader } from './clusterKeys.ts';

const CALLERS = ['scheduler', 'operator'] as const;

describe('the operator on a real API server, with a token for the scheduler', function () {
  this.timeout(60_000);
  const world = useWorld();

  it('B9 shows it in each call', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'duckmon-operator-'));
    writeFileSync(path.join(folder, 'scheduler'), 'a.good.token');
    const seen: unknown[] = [];
    const scheduler = await serve(
      (request, response) => {
        seen.push(request.headers.authorization);
        response.writeHead(503).end();
      },
      { host: '127.0.0.1', port: 0 },
    );
    try {
      const schedulerUrl = `http://127.0.0.1:${scheduler.port}`;
      await world().start({ schedulerUrl, tokensFolder: folder });
      await until('a call', () => seen[0]);
      assert.deepEqual(new Set(seen), new Set(['Bearer a.good.token']));
    } finally {
      await scheduler.stop(0);
      rmSync(folder, { recursive: true });
    }
  });
});

describe('tokens of service accounts of a real API server', function () {
  this.timeout(60_000);
  const cluster = useCluster();
  const namespace = useNamespace(cluster);
  const { signal } = new AbortController();
  let transport: Transport;
  let clock: FakeClock;
  let reader: ClusterKeysReader;
  let known: ClusterKeys;
  before(() => (transport = transportOf(cluster())));
  after(() => transport.close());

  const kubectl = (args: readonly string[], input?: string): Promise<string> =>
    cluster().kubectl(['-n', namespace(), ...args], input);
  /** As the operator does a minute later. */
  const read = async (): Promise<ClusterKeys> => {
    clock.advance(60_000);
    return clusterKeys.parse(JSON.parse((await reader.read(signal)) ?? 'null'));
  };

  beforeEach(async () => {
    for (const caller of CALLERS) {
      await kubectl(['create', 'serviceaccount', `duckmon-${caller}`]);
      await kubectl(['apply', '-f', '-'], JSON.stringify(podOf(caller)));
    }
    clock = fakeClock();
    const deps = { transport, namespace: namespace(), clock, log: captureLog().log };
    reader = createClusterKeysReader({ ...deps, written: () => undefined });
    known = await read();
  });

  const podOf = (caller: string): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: caller },
    spec: {
      serviceAccountName: `duckmon-${caller}`,
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'registry.example/none' }],
    },
  });
  /** As the kubelet asks for it. */
  const tokenOf = async (
    caller: string,
    { audience = 'mon-browser', duration = '600s', isBound = true } = {},
  ): Promise<string> => {
    const bound = isBound ? ['--bound-object-kind=Pod', `--bound-object-name=${caller}`] : [];
    const args = [`--audience=${audience}`, `--duration=${duration}`, ...bound];
    return (await kubectl(['create', 'token', `duckmon-${caller}`, ...args])).trim();
  };
  const judge = (token: string, inSeconds = 0): Promise<TokenProblem | undefined> => {
    const now = (): Date => new Date(Date.now() + inSeconds * 1000);
    const check = createTokenCheck({ service: 'browser', cluster: () => known, clock: { now } });
    return check(`Bearer ${token}`, 'scheduler');
  };

  it('B7 pass when they are of a pod of the caller, and of nobody else, for nobody else, no longer', async () => {
    const token = await tokenOf('scheduler');
    assert.equal(await judge(token), undefined);
    assert.equal(await judge(await tokenOf('operator')), 'token_wrong_account');
    const elsewhere = await tokenOf('scheduler', { audience: 'mon-llm' });
    assert.equal(await judge(elsewhere), 'token_wrong_audience');
    assert.equal(await judge(token, 601), 'token_expired');
  });

  it('B7 of a deleted pod die with their lifetime', async () => {
    const token = await tokenOf('scheduler');
    await kubectl(['delete', 'pod', 'scheduler', '--force', '--grace-period=0']);
    await assert.rejects(tokenOf('scheduler'), /not found/);
    assert.equal(await judge(token, 595), undefined);
    assert.equal(await judge(token, 601), 'token_expired');
  });

  it('B7 that a person has made by hand are refused: for a day, or bound to no pod', async () => {
    const long = await tokenOf('scheduler', { duration: '24h' });
    assert.equal(await judge(long), 'token_too_long');
    const unbound = await tokenOf('scheduler', { isBound: false });
    assert.equal(await judge(unbound), 'token_without_pod');
  });

  it('are checked with what any account may ask for: the operator has no right for it', async () => {
    const account = `system:serviceaccount:${namespace()}:duckmon-operator`;
    const asOperator = transportOf(cluster(), account);
    try {
      const log = captureLog().log;
      const deps = { transport: asOperator, namespace: namespace(), clock, log };
      const asked = createClusterKeysReader({ ...deps, written: () => undefined });
      assert.deepEqual(JSON.parse((await asked.read(signal)) ?? 'null'), known);
    } finally {
      asOperator.close();
    }
  });

  it('B8 are checked while the API server is away, by the keys that are known and by no other', async () => {
    const token = await tokenOf('scheduler');
    const { apiServer } = cluster();
    await apiServer?.stop();
    try {
      if (apiServer) await assert.rejects(transport.getPath('/version', { timeoutMs: 2_000 }));
      assert.deepEqual(await read(), known);
      assert.equal(await judge(token), undefined);
      const other = fakeCluster(systemClock, 'a-new-key');
      const foreign = other.token('scheduler', 'browser', {
        namespace: namespace(),
        claims: { iss: known.issuer },
      });
      assert.equal(await judge(foreign), 'token_unknown_key');
    } finally {
      await apiServer?.start();
    }
    known = await read();
    assert.equal(await judge(token), undefined);
  });
});
