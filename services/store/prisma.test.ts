import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { silentLog } from './log.ts';
import type { PrismaClient } from './prisma.ts';
import { openPrisma, prismaSql, prismaWithWorkspace } from './prisma.ts';
import { NOON } from './testing/monitors.ts';
import { storeError, useDatabase } from './testing/suite.ts';

describe('prisma', function () {
  this.timeout(30_000);
  const suite = useDatabase();
  let client: PrismaClient;
  before(() => {
    client = openPrisma(suite.db.url('mon_api'), { applicationName: 'prisma', log: silentLog });
  });
  after(() => client.$disconnect());
  const channel = (name: string, workspaceId = 'team') => ({
    workspaceId,
    name,
    uid: randomUUID(),
    spec: { type: 'Webhook' },
    createdAt: NOON,
    updatedAt: NOON,
  });

  it('E4 sees only the rows of the workspace, with no where at all', async () => {
    for (const workspace of ['team', 'other'])
      await prismaWithWorkspace(client, workspace, (tx) =>
        tx.channel.create({ data: channel('mine', workspace) }),
      );
    const rows = await prismaWithWorkspace(client, 'team', (tx) => tx.channel.findMany());
    assert.deepEqual(
      rows.map(({ workspaceId }) => workspaceId),
      ['team'],
    );
  });

  it('E2 sees nothing outside of a workspace', async () => {
    assert.deepEqual(await client.channel.findMany(), []);
  });

  it('E3 leaves nothing of the workspace on the connection', async () => {
    await prismaWithWorkspace(client, 'team', (tx) => tx.channel.findMany());
    const rows = await client.$queryRaw`SELECT current_workspace() AS w`;
    assert.deepEqual(rows, [{ w: null }]);
  });

  it('E5 refuses a row for another workspace', async () => {
    const plant = prismaWithWorkspace(client, 'team', (tx) =>
      tx.channel.create({ data: channel('planted', 'other') }),
    );
    await assert.rejects(plant, storeError('invalid'));
  });

  it('refuses a name that no workspace can have', async () => {
    await assert.rejects(
      prismaWithWorkspace(client, "x'", () => Promise.resolve(1)),
      storeError('invalid'),
    );
  });

  it('gives back what was stored, bytes and big numbers too', async () => {
    const created = await prismaWithWorkspace(client, 'team', async (tx) => {
      await tx.channel.create({ data: { ...channel('full'), generation: 7n } });
      return tx.channel.findUniqueOrThrow({
        where: { workspaceId_name: { workspaceId: 'team', name: 'full' } },
      });
    });
    assert.equal(created.generation, 7n);
    assert.deepEqual(created.spec, { type: 'Webhook' });
    assert.deepEqual(created.createdAt, NOON);
  });

  it('says conflict for a row that is there', async () => {
    const create = () =>
      prismaWithWorkspace(client, 'team', (tx) => tx.channel.create({ data: channel('twice') }));
    await create();
    await assert.rejects(create(), storeError('conflict'));
  });

  it('says not found for a row that should be there', async () => {
    const remove = prismaWithWorkspace(client, 'team', (tx) =>
      tx.channel.delete({ where: { workspaceId_name: { workspaceId: 'team', name: 'no' } } }),
    );
    await assert.rejects(remove, storeError('notFound'));
  });

  it('says unavailable when there is no server', async () => {
    const lost = openPrisma('postgresql://x:y@127.0.0.1:1/z', {
      applicationName: 'x',
      log: silentLog,
    });
    const ask = prismaWithWorkspace(lost, 'team', (tx) => tx.channel.findMany());
    await assert.rejects(ask, storeError('unavailable'));
    await lost.$disconnect();
  });

  it('F16 runs the loser of a conflict again', async () => {
    let runs = 0;
    const result = await prismaWithWorkspace(client, 'team', async (tx) => {
      runs += 1;
      if (runs < 3)
        await prismaSql(tx).query(
          "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40P01'; END $$",
        );
      return runs;
    });
    assert.equal(result, 3);
  });

  it('runs the functions of raw transactions', async () => {
    const { rows, rowCount } = await prismaWithWorkspace(client, 'team', (tx) =>
      prismaSql(tx).query('SELECT $1::text AS name, $2::int AS n', ['x', 5]),
    );
    assert.deepEqual([rows, rowCount], [[{ name: 'x', n: 5 }], 1]);
  });
});
