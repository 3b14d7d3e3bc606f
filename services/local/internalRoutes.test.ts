/** Every internal route of every service, and who gets in: with no credential but both of the right ones. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startBrowser } from '../browser/start.ts';
import { readConfig as readBrowser } from '../browser/config.ts';
import { systemClock } from '../core/clock.ts';
import { KEY_TABLE_PATH, keyTable } from '../core/contracts/keys.ts';
import { INTERNAL_CALLS, type InternalCaller, type ServiceName } from '../core/contracts/ports.ts';
import { createInternalClient } from '../core/internal/client.ts';
import {
  KEY_HEADER,
  NONCE_HEADER,
  TIME_HEADER,
  signParts,
  signingKey,
} from '../core/internal/signature.ts';
import type { Running } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import type { DerivedKey } from '../core/serviceKeys.ts';
import { testKeys, type TestKeys } from '../core/testing/keys.ts';
import { CLUSTER_KEYS_FILE } from '../core/workloadIdentity/clusterKeys.ts';
import { fakeCluster } from '../core/workloadIdentity/testing/cluster.ts';
import { startEgress } from '../egress/start.ts';
import { readConfig as readEgress } from '../egress/config.ts';
import { startLlm } from '../llm/start.ts';
import { readConfig as readLlm } from '../llm/config.ts';
import { startNotification } from '../notification/start.ts';
import { readConfig as readNotification } from '../notification/config.ts';
import { startScheduler } from '../scheduler/start.ts';
import { configFor } from '../scheduler/testing/config.ts';
import { until } from '../scheduler/testing/until.ts';
import { createWorld, type World } from '../scheduler/testing/world.ts';
import { routesMadeBy, type RouteName } from './testing/routes.ts';

type Callee = 'scheduler' | 'browser' | 'llm' | 'notification' | 'egress';

/** Who may call what. A route that is not here fails the test: say who may call it. */
const POLICY: Readonly<Record<Callee, Readonly<Record<RouteName, readonly InternalCaller[]>>>> = {
  scheduler: {
    'GET /internal/v1/keys': ['api', 'operator'],
    'POST /internal/v1/wake': ['api'],
    'PUT /internal/v1/secrets': ['api'],
    'POST /internal/v1/backtest': ['api'],
    'POST /internal/v1/preview': ['api'],
    'POST /internal/v1/rejudge': ['api'],
    'POST /internal/v1/tell': ['api'],
    'POST /internal/v1/channels/test': ['api'],
    'POST /internal/v1/authenticators/seal': ['api'],
    'POST /internal/v1/authenticators/check': ['api'],
    'PUT /internal/v1/monitors/:workspace/:name': ['operator'],
    'POST /internal/v1/monitors/:workspace/:name/retire': ['operator'],
    'PUT /internal/v1/channels/:workspace/:name': ['operator'],
    'POST /internal/v1/channels/:workspace/:name/retire': ['operator'],
    'PUT /internal/v1/inventory': ['operator'],
    'GET /internal/v1/status': ['operator'],
    'GET /internal/v1/channel-states': ['operator'],
    'GET /internal/v1/capacity': ['operator'],
    'GET /internal/v1/key-table': ['operator'],
    'PUT /internal/v1/freeze': ['operator'],
    'PUT /internal/v1/rotation': ['operator'],
  },
  browser: { 'GET /internal/v1/keys': ['scheduler'], 'POST /internal/v1/fetch': ['scheduler'] },
  llm: {
    'GET /internal/v1/keys': ['scheduler'],
    'GET /internal/v1/models': ['scheduler'],
    'POST /internal/v1/judge': ['scheduler'],
  },
  notification: {
    'GET /internal/v1/keys': ['scheduler'],
    'POST /internal/v1/deliver': ['scheduler'],
    'POST /internal/v1/reconcile': ['scheduler'],
    'POST /internal/v1/channels/check': ['scheduler'],
    'POST /internal/v1/account-mails': ['scheduler'],
    'POST /internal/v1/account-mails/reconcile': ['scheduler'],
    'POST /internal/v1/invitation-mails': ['scheduler'],
  },
  egress: { 'GET /internal/v1/keys': ['scheduler'] },
};
const CALLEES = Object.keys(POLICY) as Callee[];
/** The guard itself answers it, before any route. */
const BY_GUARD = 'GET /internal/v1/keys';
/** Of every app, and on a port of their own in a cluster. */
const OPEN = ['GET /healthz', 'GET /readyz', 'GET /metrics'];

const log = createLog('test', 'silent');

describe('local: the internal routes of all services', () => {
  const keys = testKeys();
  const foreign = testKeys();
  const cluster = fakeCluster(systemClock);
  const running = new Map<Callee, Running>();
  const routes = new Map<Callee, readonly RouteName[]>();
  let world: World;
  let folder: string;

  before(async () => {
    world = await createWorld();
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-routes-'));
    // callees before their caller
    for (const callee of CALLEES.toReversed())
      routes.set(
        callee,
        await routesMadeBy(async () => running.set(callee, await starters[callee](envOf(callee)))),
      );
  });
  after(async () => {
    for (const service of running.values()) await service.stop();
    await world.close();
    rmSync(folder, { recursive: true });
  });

  const envOf = (service: Callee): Record<string, string> => {
    const at = path.join(folder, service);
    mkdirSync(at);
    writeFileSync(path.join(at, 'keys.json'), JSON.stringify(keys.of(service)()));
    writeFileSync(path.join(at, CLUSTER_KEYS_FILE), JSON.stringify(cluster.keys));
    return {
      KEYS_FILE: path.join(at, 'keys.json'),
      WORKLOAD_IDENTITY: 'required',
      [`${service.toUpperCase()}_PORT`]: '0',
    };
  };
  const starters: Readonly<Record<Callee, (env: Record<string, string>) => Promise<Running>>> = {
    browser: (env) => startBrowser(readBrowser(env), { log }),
    llm: (env) => startLlm(readLlm(env), { log }),
    notification: (env) => startNotification(readNotification(env), { log }),
    egress: (env) => startEgress(readEgress(env), { log }),
    scheduler: ({ KEYS_FILE: keysFile = '' }) => {
      const tokensFolder = path.join(folder, 'tokens');
      mkdirSync(tokensFolder);
      for (const callee of CALLEES)
        writeFileSync(path.join(tokensFolder, callee), cluster.token('scheduler', callee));
      const urlOf = (callee: Callee): string => running.get(callee)?.url ?? assert.fail(callee);
      const config = configFor(world, {
        keysFile,
        workloadIdentity: 'required',
        tokensFolder,
        browserUrl: urlOf('browser'),
        llmUrl: urlOf('llm'),
        notificationUrl: urlOf('notification'),
        egressUrl: urlOf('egress'),
      });
      return startScheduler(config, { log, dataKeys: () => keys.root });
    },
  };

  interface Call {
    readonly callee: Callee;
    readonly route: RouteName;
    readonly key?: DerivedKey | undefined;
    readonly token?: string;
  }
  /** Sends what is given; answers with the status and what the answer says is wrong. */
  const send = async ({ callee, route, key, token }: Call): Promise<string> => {
    const [method = '', pattern = ''] = route.split(' ');
    const url = new URL(pattern.replaceAll(/:\w+/g, 'x'), running.get(callee)?.url);
    const body = method === 'GET' ? '' : '{}';
    const [timestamp, nonce] = [String(Date.now()), randomUUID()];
    const parts = { method, path: url.pathname, body: Buffer.from(body), timestamp, nonce };
    const audience = `${callee}@${url.host}`;
    const headers = {
      ...(body === '' ? {} : { 'content-type': 'application/json' }),
      [TIME_HEADER]: timestamp,
      [NONCE_HEADER]: nonce,
      ...(key && {
        [KEY_HEADER]: `${key.kid}.${signParts(signingKey(key.value), { ...parts, audience })}`,
      }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(url, { method, headers, ...(body === '' ? {} : { body }) });
    const text = await answer.text();
    const isHidden = answer.status === 404 && text.includes('no such internal route');
    return isHidden ? 'hidden' : String(answer.status);
  };
  const keyOf = (from: TestKeys, caller: InternalCaller, callee: ServiceName) =>
    from.of(caller)().calls[callee]?.[0];
  const every = CALLEES.flatMap((callee) =>
    Object.entries(POLICY[callee]).map(([route, callers]) => ({ callee, route, callers })),
  );

  it('B1 are all known, each with who may call it', () => {
    for (const callee of CALLEES)
      assert.deepEqual(
        [...new Set(routes.get(callee))].filter((route) => !OPEN.includes(route)).toSorted(),
        Object.keys(POLICY[callee])
          .filter((route) => route !== BY_GUARD)
          .toSorted(),
        callee,
      );
    const callees = new Set<string>(INTERNAL_CALLS.map(([, callee]) => callee));
    assert.deepEqual(CALLEES.toSorted(), [...callees].toSorted());
  });

  it('B1 let in those that may call them, with both credentials', async () => {
    for (const { callee, route, callers } of every)
      for (const caller of callers) {
        const token = cluster.token(caller, callee);
        const status = await send({ callee, route, key: keyOf(keys, caller, callee), token });
        assert.ok(!['401', '403', 'hidden'].includes(status), `${callee} ${route}: ${status}`);
      }
  });

  it('B9 are called by the scheduler with both: it gets the keys of all whom it calls', async () => {
    const client = createInternalClient({
      caller: 'operator',
      callee: 'scheduler',
      baseUrl: running.get('scheduler')?.url ?? '',
      keys: keys.of('operator'),
      tokens: (callee) => cluster.token('operator', callee),
      clock: systemClock,
    });
    try {
      let told: readonly string[] = [];
      await until('everybody was asked', async () => {
        const { readers } = await client.get(KEY_TABLE_PATH, keyTable);
        told = (readers ?? []).flatMap(({ service, kids }) => (kids === null ? [] : [service]));
        return readers !== null;
      });
      for (const callee of CALLEES) assert.ok(told.includes(callee), callee);
    } finally {
      await client.close();
    }
  });

  /** Each state of credentials that lets nobody in. */
  const STATES: Readonly<
    Record<string, (callee: Callee, caller: InternalCaller) => Pick<Call, 'key' | 'token'>>
  > = {
    'no credential': () => ({}),
    'a wrong key under a known name': (callee, caller) => ({
      key: { ...keyFor(caller, callee), value: Buffer.alloc(32, 7).toString('base64') },
      token: cluster.token(caller, callee),
    }),
    'the key of the same caller for another service': (callee, caller) => ({
      key: keyOf(keys, 'scheduler', callee === 'llm' ? 'browser' : 'llm'),
      token: cluster.token(caller, callee),
    }),
    'the key of another installation': (callee, caller) => ({
      key: keyOf(foreign, caller, callee),
      token: cluster.token(caller, callee),
    }),
    'the key without the token': (callee, caller) => ({ key: keyFor(caller, callee) }),
    'the token without the key': (callee, caller) => ({ token: cluster.token(caller, callee) }),
    'the token of another service': (callee, caller) => ({
      key: keyFor(caller, callee),
      token: cluster.token('notification', callee),
    }),
    'the token for another service': (callee, caller) => ({
      key: keyFor(caller, callee),
      token: cluster.token(caller, callee === 'llm' ? 'browser' : 'llm'),
    }),
  };
  const keyFor = (caller: InternalCaller, callee: Callee): DerivedKey =>
    keyOf(keys, caller, callee) ?? assert.fail(`${caller} has no key for ${callee}`);

  for (const [state, credentials] of Object.entries(STATES))
    it(`B1 B9 refuse ${state}`, async () => {
      for (const { callee, route, callers } of every)
        for (const caller of callers)
          assert.equal(
            await send({ callee, route, ...credentials(callee, caller) }),
            '401',
            `${callee} ${route} as ${caller}`,
          );
    });

  it('B1 do not exist for a caller of the service that has no business there', async () => {
    for (const { callee, route, callers } of every)
      for (const [caller] of INTERNAL_CALLS.filter(([, to]) => to === callee)) {
        if (callers.includes(caller)) continue;
        const token = cluster.token(caller, callee);
        const status = await send({ callee, route, key: keyFor(caller, callee), token });
        assert.equal(status, 'hidden', `${callee} ${route} as ${caller}`);
      }
  });
});
