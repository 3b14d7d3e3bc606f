import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MonitorJobSpec, SourceStep } from '../../crds/types/monitorjob.ts';
import { applyMonitor, setSuspended } from './apply.ts';
import { endedSessions, keptSessionName } from './keptSessions.ts';
import { deleteMonitor } from './monitors.ts';
import { ensureWorkspace, projectMonitor, retireMonitor } from './projection.ts';
import { deleteSecret, putSecret } from './secrets.ts';
import { NOON, testSource, testSpec } from './testing/monitors.ts';
import { storeError, useDatabase } from './testing/suite.ts';

const LOGIN = 'duckmon-login-shop';
const steps: SourceStep[] = [{ type: { selector: '#p', fromSecretKey: 'password' } }];
const spec = (patch: Partial<MonitorJobSpec> = {}): MonitorJobSpec =>
  testSpec({
    sources: [testSource({ name: 'a', steps }), testSource({ name: 'b', steps })],
    session: { credentialsSecretRef: { name: LOGIN }, persist: true },
    isolation: { level: 'Namespace' },
    ...patch,
  });
const person = { managedBy: null };
const deps = { now: NOON, newUid: randomUUID, firstDue: () => NOON };

describe('kept sessions', () => {
  const suite = useDatabase();
  const superuser = () => suite.db.pool('postgres');
  const put = (name: string, workspace = 'team') => {
    const meta = { kind: 'Secret', name, keys: ['state'], managedBy: null } as const;
    const input = { ...meta, content: Buffer.from('x'), dataKeyId: 'k1' };
    return suite.scheduler((tx) => putSecret(tx, workspace, input, NOON), workspace);
  };
  const apply = (given: MonitorJobSpec, name = 'shop') =>
    suite.api((tx) => applyMonitor(tx, 'team', { name, spec: given }, person, deps));
  /** Sources of the monitor, and of another, that are signed in. */
  const kept = async (): Promise<readonly string[]> => {
    const { rows } = await superuser().query<{ name: string }>('SELECT name FROM secrets');
    const names = rows.map(({ name }) => name);
    return [
      ...['a', 'b'].filter((source) => names.includes(keptSessionName('shop', source))),
      ...(names.includes(keptSessionName('other', 'a')) ? ['of other'] : []),
    ];
  };
  beforeEach(async () => {
    await superuser().query('DELETE FROM secrets');
    await superuser().query('DELETE FROM monitors');
    await apply(spec());
    for (const source of ['a', 'b']) await put(keptSessionName('shop', source));
    await apply(
      spec({ session: { credentialsSecretRef: { name: 'duckmon-login-other' }, persist: true } }),
      'other',
    );
    await put(keptSessionName('other', 'a'));
  });

  it('E9 go with their monitor, and no others', async () => {
    await suite.api((tx) => deleteMonitor(tx, 'team', 'shop', NOON, person));
    assert.deepEqual(await kept(), ['of other']);
  });

  it('E9 go when nothing is to be kept any more', async () => {
    await apply(spec({ session: { credentialsSecretRef: { name: LOGIN }, persist: false } }));
    assert.deepEqual(await kept(), ['of other']);
  });

  it('E9 go when the monitor signs in by another Secret', async () => {
    await apply(spec({ session: { credentialsSecretRef: { name: `${LOGIN}-2` }, persist: true } }));
    assert.deepEqual(await kept(), ['of other']);
  });

  it('go with the source whose steps or address changed, or that is gone', async () => {
    const [a, b] = spec().sources;
    assert.ok(a && b);
    for (const sources of [
      [{ ...a, steps: [...steps, { press: 'Enter' } as const] }, b],
      [{ ...a, url: 'https://shop.example/elsewhere' }, b],
      [b],
    ]) {
      await put(keptSessionName('shop', 'a'));
      await apply(spec());
      await apply(spec({ sources }));
      assert.deepEqual(await kept(), ['b', 'of other'], JSON.stringify(sources));
    }
  });

  it('stay with an edit of anything else, and while the monitor is paused', async () => {
    await apply(spec({ goal: { ...spec().goal, prompt: 'Tell me of another thing.' } }));
    await suite.api((tx) => setSuspended(tx, 'team', 'shop', true, person, deps));
    assert.deepEqual(await kept(), ['a', 'b', 'of other']);
  });

  it('E9 go with the Secret that they were made by, in its workspace', async () => {
    await put(LOGIN);
    await put(LOGIN, 'other');
    const removeIn = (workspace: string) =>
      suite.api((tx) => deleteSecret(tx, workspace, 'Secret', LOGIN, person), workspace);
    await removeIn('other');
    assert.deepEqual(await kept(), ['a', 'b', 'of other']);
    await removeIn('team');
    assert.deepEqual(await kept(), ['of other']);
  });

  it('E9 are not deleted by their name, as if there were no such Secret', async () => {
    const remove = suite.api((tx) =>
      deleteSecret(tx, 'team', 'Secret', keptSessionName('shop', 'a'), person),
    );
    await assert.rejects(remove, storeError('notFound'));
    assert.deepEqual(await kept(), ['a', 'b', 'of other']);
  });

  it('E9 go with an object of the cluster that is gone, or is another of its name', async () => {
    const project = (uid: string) =>
      suite.scheduler((tx) =>
        projectMonitor(
          tx,
          'team',
          {
            name: 'pod',
            uid,
            generation: 1,
            spec: spec(),
            labels: {},
            annotations: {},
            runRequest: null,
            workers: null,
          },
          deps,
        ),
      );
    const isKept = async (): Promise<boolean> => {
      const name = keptSessionName('pod', 'a');
      const { rowCount } = await superuser().query('SELECT 1 FROM secrets WHERE name = $1', [name]);
      return rowCount === 1;
    };
    await suite.scheduler((tx) => ensureWorkspace(tx, 'team', NOON));
    const [first, second] = [randomUUID(), randomUUID()];
    await project(first);
    await put(keptSessionName('pod', 'a'));
    await project(first);
    assert.equal(await isKept(), true);
    await project(second);
    assert.equal(await isKept(), false);
    await put(keptSessionName('pod', 'a'));
    await suite.scheduler((tx) => retireMonitor(tx, 'team', 'pod', second, NOON));
    assert.equal(await isKept(), false);
  });
});

describe('the sessions that an edit ends', () => {
  it('are none of a monitor that keeps none', () => {
    const never = spec({ session: { persist: false } });
    assert.deepEqual(endedSessions(never, undefined), []);
    assert.deepEqual(endedSessions(spec({ sources: [] }), undefined), []);
  });
});

describe('the name of a kept session', () => {
  it('is a name of an object, its own for each source of each job', () => {
    const names = ['a', 'b'].flatMap((monitor) =>
      ['x', 'y'].map((source) => keptSessionName(monitor.repeat(63), source)),
    );
    assert.equal(new Set(names).size, 4);
    for (const name of names) assert.match(name, /^duckmon-session-[a-z0-9-]{1,47}$/);
  });
});
