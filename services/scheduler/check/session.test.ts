import assert from 'node:assert/strict';
import type { MonitorJobSpec, SourceStep } from '../../../crds/types/monitorjob.ts';
import { keptSessionName } from '../../store/keptSessions.ts';
import { deleteMonitor } from '../../store/monitors.ts';
import { deleteSecret } from '../../store/secrets.ts';
import { testSource } from '../../store/testing/monitors.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { FORTY, useLine } from '../testing/line.ts';
import { resultOf } from '../testing/neighbours.ts';
import { SHOP, inside, type World } from '../testing/world.ts';
import { previewJob } from './preview.ts';

const LOGIN = 'duckmon-login-shop';
const PASSWORD = 'correct horse battery';
const steps: SourceStep[] = [
  { type: { selector: '#user', fromSecretKey: 'user' } },
  { type: { selector: '#password', fromSecretKey: 'password' } },
  { press: 'Enter' },
];

const spec = (persist: boolean): Partial<MonitorJobSpec> => ({
  sources: [testSource({ fetch: 'Auto', steps })],
  session: { credentialsSecretRef: { name: LOGIN }, persist },
  isolation: { level: 'Namespace' },
});

describe('a job that signs in', () => {
  const line = useLine();
  let world: World;
  beforeEach(async () => {
    world = line.world;
    world.browser.show(SHOP, (request) => {
      const result = resultOf(FORTY, request);
      const session = `kept ${world.browser.requests.length}`;
      return result.kind === 'page' && request.session?.persist ? { ...result, session } : result;
    });
    await world.deps.secrets.put({
      workspace: 'team',
      kind: 'Secret',
      name: LOGIN,
      data: { user: 'duck', password: PASSWORD, other: 'is not named' },
      managedBy: null,
    });
  });
  const last = () => world.browser.requests.at(-1);

  it('gives the browser its steps and the values that they name, and no others', async () => {
    await world.monitor('shop', spec(false));
    await world.check();
    assert.equal(last()?.via, 'browser');
    assert.equal(last()?.source.steps?.length, 3);
    assert.equal(last()?.ownBrowser, true);
    assert.deepEqual(last()?.session, {
      persist: false,
      login: { name: LOGIN, values: { user: 'duck', password: PASSWORD } },
    });
  });

  it('gives a source without steps no login', async () => {
    await world.monitor('shop', { ...spec(true), sources: [testSource({ fetch: 'Browser' })] });
    await world.check();
    assert.equal(last()?.session, undefined);
  });

  it('keeps the session for the next check, sealed', async () => {
    await world.monitor('shop', spec(true));
    await world.check();
    assert.equal(last()?.session?.state, undefined);
    await world.step();
    assert.equal(last()?.session?.state, 'kept 1');
    await world.step();
    assert.equal(last()?.session?.state, 'kept 2');
    const rows = await world.rows('secrets');
    const kept = rows.find((row) => row['name'] === keptSessionName('shop', 'page'));
    assert.equal(String(kept?.['content']).includes('kept'), false);
  });

  it('signs in anew when the kept session is gone', async () => {
    await world.monitor('shop', spec(true));
    await world.check();
    const name = keptSessionName('shop', 'page');
    await world.deps.secrets.put({
      workspace: 'team',
      kind: 'Secret',
      name,
      data: { another: 'x' },
      managedBy: null,
    });
    await world.step();
    assert.equal(last()?.session?.state, undefined);
  });

  const kept = async (): Promise<boolean> =>
    (await world.rows('secrets')).some((row) => row['name'] === keptSessionName('shop', 'page'));
  const putLogin = (password: string) =>
    world.deps.secrets.put({
      workspace: 'team',
      kind: 'Secret',
      name: LOGIN,
      data: { user: 'duck', password, other: 'is not named' },
      managedBy: null,
    });

  it('E9 is signed out when its login Secret has other values, and not when it is applied again', async () => {
    await world.monitor('shop', spec(true));
    await world.check();
    await putLogin(PASSWORD);
    assert.equal(await kept(), true);
    await putLogin('another');
    assert.equal(await kept(), false);
  });

  const meanwhile = async (change: () => Promise<unknown>): Promise<void> => {
    world.browser.show(SHOP, async (request) => {
      await change();
      const result = resultOf(FORTY, request);
      return result.kind === 'page' ? { ...result, session: 'late' } : result;
    });
    await world.step();
  };

  it('E9 keeps no session of a login that got other values, or was deleted, while the check ran', async () => {
    await world.monitor('shop', spec(true));
    await meanwhile(() => putLogin('another'));
    assert.equal(await kept(), false);
    await meanwhile(async () => {});
    assert.equal(await kept(), true);
    await meanwhile(() =>
      withWorkspace(world.db.pool('mon_api'), 'team', (tx) =>
        deleteSecret(tx, 'team', 'Secret', LOGIN, { managedBy: null }),
      ),
    );
    assert.equal(await kept(), false);
  });

  it('E9 keeps no session that a check brings back after its monitor is gone, or signs in otherwise', async () => {
    await world.monitor('shop', spec(true));
    await meanwhile(() =>
      world.edit('shop', (now) => ({ ...now, session: { ...now.session, persist: false } })),
    );
    assert.equal(await kept(), false);
    await world.edit('shop', (now) => ({ ...now, ...spec(true) }));
    await meanwhile(async () => {});
    assert.equal(await kept(), true);
    await meanwhile(() =>
      withWorkspace(world.db.pool('mon_api'), 'team', (tx) =>
        deleteMonitor(tx, 'team', 'shop', world.clock.now(), { managedBy: null }),
      ),
    );
    assert.equal(await kept(), false);
  });

  it('a preview signs in by its steps: it is given no session that was kept, and keeps none', async () => {
    await world.monitor('shop', spec(true));
    await world.check();
    const request = { workspace: 'team', name: 'shop', judge: false };
    const [row] = await world.rows('monitors');
    const whole = row?.['spec'] as Record<string, unknown>;
    await previewJob({ ...request, spec: whole }, world.deps, new AbortController().signal);
    assert.equal(last()?.session?.persist, true);
    assert.equal(last()?.session?.state, undefined);
    await world.step();
    assert.equal(last()?.session?.state, 'kept 1');
  });

  it('E9 shows the step that failed in the history, and the secret nowhere', async () => {
    const message = 'Step 2 (type into "#password"): nothing that can be seen matches.';
    const error = { code: 'stepFailed', message, step: 2 } as const;
    world.browser.show(SHOP, { kind: 'failed', error, timings: { totalMs: 1 } });
    await world.monitor('shop', spec(true));
    await world.check();
    const [check] = await world.rows('checks');
    assert.equal(check?.['outcome'], 'Failed');
    assert.equal(inside(check, 'sources', 0, 'message'), message);
    assert.equal(inside(check, 'sources', 0, 'reason'), 'stepFailed');
    for (const table of ['checks', 'monitors', 'source_states', 'findings', 'secrets'])
      assert.equal(JSON.stringify(await world.rows(table)).includes(PASSWORD), false, table);
  });

  it('loggedOut is a failure and no change', async () => {
    await world.monitor('shop', spec(true));
    await world.check();
    const error = { code: 'loggedOut', message: 'The page asks to sign in' } as const;
    world.browser.show(SHOP, { kind: 'failed', error, timings: { totalMs: 1 } });
    await world.step();
    const outcomes = (await world.rows('checks', 'at')).map((row) => row['outcome']);
    assert.deepEqual(outcomes, ['Unchanged', 'Failed']);
  });
});
