import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { messageOf } from '../../core/errors.ts';
import type { DatabaseRole } from '../embedded/directory.ts';
import { DAY } from '../testing/rows.ts';
import { storeError, useDatabase } from '../testing/suite.ts';
import { withTransaction, withWorkspace } from '../workspace.ts';
import { seedEverything, tablesOfSomebody, type Seeded } from './everything.ts';

const seeded = (workspace: string): Seeded => ({
  workspace,
  user: randomUUID(),
  canary: `canary-of-${workspace}`,
  names: 'shared',
});
interface Reference {
  readonly child: string;
  readonly column: string;
  readonly parent: string;
  readonly key: string;
}

describe('rows of many workspaces', function () {
  this.timeout(60_000);
  const suite = useDatabase({ days: [DAY] });
  const [ann, bob, cyd] = [seeded('anns'), seeded('bobs'), { ...seeded('cyds'), names: 'cyd' }];
  let tables: string[] = [];
  before(async () => {
    const superuser = suite.db.pool('postgres');
    for (const each of [ann, bob, cyd]) await seedEverything(superuser, each);
    tables = (await tablesOfSomebody(superuser))
      .filter(({ columns }) => columns.some(({ name }) => name === 'workspace_id'))
      .map(({ name }) => name)
      .toSorted();
  });
  /** Tables of which a role sees any row when its setting says this. */
  const visible = async (role: DatabaseRole, workspace?: string): Promise<string[]> => {
    const found: string[] = [];
    for (const table of tables)
      await withTransaction(suite.db.pool(role), async (tx) => {
        if (workspace !== undefined)
          await tx.query("SELECT set_config('mon.workspace', $1, true)", [workspace]);
        const { rowCount } = await tx.query(`SELECT workspace_id FROM ${table}`);
        if (rowCount) found.push(table);
      }).catch((error: unknown) => {
        if (!storeError('invalid')(error)) throw error;
      });
    return found;
  };

  it('E2 every table shows its row to the api in the right workspace', async () => {
    assert.ok(tables.length > 25);
    assert.deepEqual(await visible('mon_api', 'anns'), tables);
  });

  for (const wrong of [
    undefined,
    '',
    'nobody',
    'ANNS',
    'anns ',
    'anns,bobs',
    '%',
    '*',
    "' OR 1=1 --",
    'anns\u{feff}',
    'x'.repeat(10_000),
  ])
    it(`E2 no table shows the api a row under ${JSON.stringify(wrong)?.slice(0, 20) ?? 'no workspace'}`, async () => {
      assert.deepEqual(await visible('mon_api', wrong), []);
    });

  it('E2 the scheduler sees only what it claims and sweeps under no workspace', async () => {
    assert.deepEqual(
      await visible('mon_scheduler', ''),
      [
        'alerts',
        'baselines',
        'blobs',
        'budget_reservations',
        'budgets',
        'channel_recipients',
        'channels',
        'data_keys',
        'deliveries',
        'findings',
        'idempotency_keys',
        'invitations',
        'monitors',
        'one_time_tokens',
        'pending_judgements',
        'secrets',
        'source_states',
        'verdict_cache',
      ].filter((name) => tables.includes(name)),
    );
  });

  it('E2 no transaction begins for a name that no workspace can have', async () => {
    for (const name of ['', 'Team', 'a b', "x'; --", '-a', 'a'.repeat(64), '_other'])
      await assert.rejects(
        withWorkspace(suite.db.pool('mon_api'), name, () => assert.fail('it began')),
        storeError('invalid'),
      );
  });

  it('E6 each reference between tables of a workspace begins with the workspace', async () => {
    const { rows } = await suite.db.pool('postgres').query(
      `SELECT k.conname FROM pg_constraint k
           JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = k.conkey[1]
           JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = k.confkey[1]
         WHERE k.contype = 'f' AND k.conrelid::regclass::text = ANY ($1) AND k.confrelid::regclass::text = ANY ($1)
           AND (c.attname, p.attname) IS DISTINCT FROM ('workspace_id', 'workspace_id')`,
      [tables],
    );
    assert.deepEqual(rows, []);
  });

  it('E6 nothing but a hash of 256 random bits is unique over all workspaces', async () => {
    const { rows } = await suite.db.pool('postgres').query<{ column: string }>(
      `SELECT DISTINCT i.indrelid::regclass || '.' || a.attname AS column FROM pg_index i
           JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indisunique AND i.indrelid::regclass::text = ANY ($1) AND a.attname <> 'workspace_id' ORDER BY 1`,
      [tables],
    );
    assert.deepEqual(
      rows.map(({ column }) => column),
      [
        'api_tokens.token_hash',
        'feeds.token_hash',
        'invitations.token_hash',
        'one_time_tokens.token_hash',
        'refresh_tokens.token_hash',
      ],
    );
  });

  it('E6 a child of a foreign parent is refused in the words for one that is not there', async () => {
    const { rows } = await suite.db.pool('postgres').query<Reference>(
      `SELECT k.conrelid::regclass::text AS child, c.attname AS column, k.confrelid::regclass::text AS parent,
           p.attname AS key
         FROM pg_constraint k
           JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = k.conkey[2]
           JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = k.confkey[2]
         WHERE k.contype = 'f' AND k.conrelid::regclass::text = ANY ($1)
           AND has_table_privilege('mon_api', k.conrelid, 'UPDATE')`,
      [tables],
    );
    assert.ok(rows.length >= 4);
    for (const { child, column, parent, key } of rows) {
      const found = await suite.db
        .pool('postgres')
        .query<{ value: string }>(
          `SELECT ${key} AS value FROM ${parent} WHERE workspace_id = 'cyds'`,
        );
      const foreign = found.rows[0]?.value ?? '';
      const attach = (value: string): Promise<string> =>
        suite
          .api((tx) => tx.query(`UPDATE ${child} SET ${column} = $1`, [value]), 'anns')
          .then(() => 'taken', messageOf);
      const answer = await attach(foreign);
      assert.match(answer, /does not exist/, `${child}.${column}`);
      assert.equal(answer, await attach(foreign.replace(/^../, 'aa')));
    }
  });
});
