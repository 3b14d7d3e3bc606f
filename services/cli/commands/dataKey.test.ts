import assert from 'node:assert/strict';
import path from 'node:path';
import { useFixture } from '../testing/fixture.ts';

describe('duckmon generate-keys --data-key', () => {
  const world = useFixture();
  let calls: { script: string; env: object }[] = [];
  const runNode = async (script: string, _args: readonly string[], env: object): Promise<number> =>
    calls.push({ script, env }) === 1 ? 0 : 1;
  beforeEach(() => {
    calls = [];
  });
  const turn = (...more: string[]) =>
    world.cli(['generate-keys', '--data-key', ...more], { runNode });

  it("runs the store's program with the key and the database of the data folder", async () => {
    const file = world.write('.duckmon/keys/data-key.json', '{}');
    world.write(
      '.duckmon/postgres.json',
      JSON.stringify({ url: 'postgres://owner@h/d', backupUrl: 'postgres://backup@h/d' }),
    );
    assert.equal((await turn()).code, 0);
    assert.deepEqual(calls, [
      {
        script: path.join(world.folder, 'services/store/dataKeysProgram.ts'),
        env: { DATA_KEY_FILE: file, DATABASE_URL: 'postgres://backup@h/d' },
      },
    ]);
    assert.equal((await turn()).code, 1);
  });

  it('says where it looked when there is no key', async () => {
    const { code, err } = await turn();
    assert.equal(code, 1);
    assert.match(err, /There is no data key in .*data-key\.json; start duckmon/);
    assert.deepEqual(calls, []);
  });

  it('is what duckmon admin rotate --data-key does as well', async () => {
    const file = world.write('.duckmon/keys/data-key.json', '{}');
    world.write('.duckmon/postgres.json', JSON.stringify({ url: 'a', backupUrl: 'b' }));
    assert.equal((await world.cli(['admin', 'rotate', '--data-key'], { runNode })).code, 0);
    assert.deepEqual(
      calls.map(({ env }) => env),
      [{ DATA_KEY_FILE: file, DATABASE_URL: 'b' }],
    );
    assert.equal(world.api.seen.length, 0);
  });

  it('turns no key of this machine for a duckmon elsewhere, and says what to do there', async () => {
    world.write('.duckmon/keys/data-key.json', '{}');
    const argv = ['admin', 'rotate', '--data-key', '--api', 'https://mon.example.org'];
    const { code, err } = await world.cli(argv, { runNode });
    assert.equal(code, 2);
    assert.match(
      err,
      /mon\.example\.org is not on this machine; .* kubectl monitor rotate --data-key/,
    );
    for (const other of [['--now'], ['--reason', 'leak']])
      assert.equal((await world.cli(['admin', 'rotate', '--data-key', ...other])).code, 2);
    assert.deepEqual(calls, []);
  });

  it('is not asked for together with a file of other keys', async () => {
    world.write('.duckmon/keys/data-key.json', '{}');
    assert.notEqual((await turn('--file', 'x')).code, 0);
    assert.deepEqual(calls, []);
  });
});
