import assert from 'node:assert/strict';
import path from 'node:path';
import { useFixture } from '../testing/fixture.ts';

describe('duckmon backup and restore', () => {
  const world = useFixture();
  let calls: { script: string; args: readonly string[]; env: object }[] = [];
  const runNode = async (script: string, args: readonly string[], env: object): Promise<number> => {
    calls.push({ script, args, env });
    return 0;
  };
  beforeEach(() => {
    calls = [];
  });
  const local = (value: object): string =>
    world.write('.duckmon/postgres.json', JSON.stringify(value));

  it("runs the store's program with the database of the data folder", async () => {
    local({ url: 'postgres://owner@h/d' });
    assert.equal((await world.cli(['backup', 'b.dump'], { runNode })).code, 0);
    assert.deepEqual(calls, [
      {
        script: path.join(world.folder, 'services/store/backup.ts'),
        args: ['dump', path.join(world.folder, 'b.dump')],
        env: { DATABASE_URL: 'postgres://owner@h/d' },
      },
    ]);
  });
  it('runs the built program where there is one', async () => {
    local({ url: 'postgres://owner@h/d' });
    const built = world.write('services/store/backup.js', '');
    await world.cli(['backup', 'b.dump'], { runNode });
    assert.equal(calls[0]?.script, built);
  });
  it('reads with the role for backups and restores with the owner', async () => {
    local({ url: 'postgres://owner@h/d', backupUrl: 'postgres://backup@h/d' });
    await world.cli(['backup', 'b.dump'], { runNode });
    world.write('b.dump', 'x');
    await world.cli(['restore', 'b.dump'], { runNode });
    assert.deepEqual(
      calls.map(({ env }) => env),
      [{ DATABASE_URL: 'postgres://backup@h/d' }, { DATABASE_URL: 'postgres://owner@h/d' }],
    );
  });
  it('prefers DATABASE_URL', async () => {
    local({ url: 'postgres://owner@h/d' });
    await world.cli(['backup', 'b.dump'], { runNode, env: { DATABASE_URL: 'postgres://other/d' } });
    assert.deepEqual(calls[0]?.env, { DATABASE_URL: 'postgres://other/d' });
  });
  it('does not overwrite a file unless it is told to', async () => {
    local({ url: 'postgres://owner@h/d' });
    world.write('b.dump', 'x');
    assert.match(
      (await world.cli(['backup', 'b.dump'], { runNode })).err,
      /is there already.*--force/,
    );
    assert.equal(calls.length, 0);
    assert.equal((await world.cli(['backup', 'b.dump', '--force'], { runNode })).code, 0);
  });
  it('hands --force to the restore', async () => {
    local({ url: 'postgres://owner@h/d' });
    const file = world.write('b.dump', 'x');
    await world.cli(['restore', 'b.dump', '--force'], { runNode });
    assert.deepEqual(calls[0]?.args, ['restore', file, '--force']);
  });
  it('says when the file to restore does not exist', async () => {
    const { code, err } = await world.cli(['restore', 'gone'], { runNode });
    assert.deepEqual([code, err], [1, 'duckmon: gone does not exist\n']);
  });
  it('says the next step when there is no duckmon', async () => {
    const { code, err } = await world.cli(['backup', 'b.dump'], { runNode });
    assert.equal(code, 1);
    assert.match(err, /Database connection failed: there is no duckmon in .*\.\/scripts\/up/);
  });
  it('never prints the password of a file that is damaged', async () => {
    world.write('.duckmon/postgres.json', '{"url": 5, "x": "hunter2"}');
    const { err } = await world.cli(['backup', 'b.dump'], { runNode });
    assert.match(err, /postgres\.json is damaged/);
    assert.doesNotMatch(err, /hunter2/);
  });
  it('ends with 1 when the program failed', async () => {
    local({ url: 'postgres://owner@h/d' });
    assert.equal((await world.cli(['backup', 'b.dump'], { runNode: async () => 7 })).code, 1);
  });
});
