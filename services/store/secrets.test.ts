import assert from 'node:assert/strict';
import { deleteSecret, findSecret, listSecrets, putSecret, readSecret } from './secrets.ts';
import { NOON } from './testing/monitors.ts';
import { storeError, useDatabase } from './testing/suite.ts';

describe('secrets', () => {
  const suite = useDatabase();
  beforeEach(() => suite.db.pool('postgres').query('DELETE FROM secrets'));
  const put = (content: string, managedBy: string | null = null, name = 'hook') => {
    const meta = { kind: 'Secret', name, keys: ['b', 'a'], managedBy } as const;
    const input = { ...meta, content: Buffer.from(content), dataKeyId: 'k1' };
    return suite.scheduler((tx) => putSecret(tx, 'team', input, NOON));
  };
  const read = async (): Promise<string> => {
    const found = await suite.scheduler((tx) => readSecret(tx, 'team', 'Secret', 'hook'));
    return Buffer.from(found?.content ?? []).toString();
  };

  it('E9 lists names and keys, never a value', async () => {
    await put('cipher-canary');
    const list = await suite.api((tx) => listSecrets(tx, 'team'));
    assert.deepEqual(list, [
      {
        kind: 'Secret',
        name: 'hook',
        keys: ['a', 'b'],
        managedBy: null,
        createdAt: NOON,
        updatedAt: NOON,
      },
    ]);
    assert.doesNotMatch(JSON.stringify(list), /canary/);
  });

  it('E9 lists no session that a monitor is signed in by', async () => {
    await put('x', null, 'duckmon-session-shop-0a1b2c3d');
    await put('x', null, 'duckmon-sessions');
    const list = await suite.api((tx) => listSecrets(tx, 'team'));
    assert.deepEqual(
      list.map(({ name }) => name),
      ['duckmon-sessions'],
    );
  });

  it('gives the scheduler what it stored', async () => {
    await put('first');
    await put('second');
    assert.equal(await read(), 'second');
  });

  it('E9 gives the api no content', async () => {
    await put('x');
    const steal = suite.api((tx) => readSecret(tx, 'team', 'Secret', 'hook'));
    await assert.rejects(steal, storeError('invalid'));
  });

  it('lets the api store none, for only the scheduler has the key', async () => {
    const meta = { kind: 'Secret', name: 'n', keys: [], managedBy: null } as const;
    const input = { ...meta, content: Buffer.from(''), dataKeyId: null };
    await assert.rejects(
      suite.api((tx) => putSecret(tx, 'team', input, NOON)),
      storeError('invalid'),
    );
  });

  it('lets the api delete one', async () => {
    await put('x');
    await suite.api((tx) => deleteSecret(tx, 'team', 'Secret', 'hook', { managedBy: null }));
    assert.equal(await suite.api((tx) => findSecret(tx, 'team', 'Secret', 'hook')), undefined);
  });

  it('says not found for one that is not there', async () => {
    const remove = suite.api((tx) => deleteSecret(tx, 'team', 'Secret', 'no', { managedBy: null }));
    await assert.rejects(remove, storeError('notFound'));
  });

  it('takes a Secret and a ConfigMap of one name as two things', async () => {
    await put('x');
    assert.equal(await suite.api((tx) => findSecret(tx, 'team', 'ConfigMap', 'hook')), undefined);
  });

  it('lets only its file replace or delete it', async () => {
    await put('from file', 'all.yaml');
    await assert.rejects(put('by hand'), storeError('conflict'));
    const remove = suite.api((tx) =>
      deleteSecret(tx, 'team', 'Secret', 'hook', { managedBy: null }),
    );
    await assert.rejects(remove, storeError('conflict'));
    await put('from file again', 'all.yaml');
    assert.equal(await read(), 'from file again');
  });

  it('E1 shows another workspace nothing', async () => {
    await put('x');
    assert.deepEqual(await suite.api((tx) => listSecrets(tx, 'other'), 'other'), []);
    assert.equal(await findSecret(suite.db.pool('postgres'), 'other', 'Secret', 'hook'), undefined);
  });
});
