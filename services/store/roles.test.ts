import assert from 'node:assert/strict';
import { Client } from 'pg';
import { ensureDatabase, ensureRoles, scramVerifier } from './roles.ts';
import { useDatabase } from './testing/suite.ts';

describe('roles', () => {
  const suite = useDatabase();
  const passwordsOf = () => {
    const {
      mon_api: api,
      mon_scheduler: scheduler,
      mon_backup: backup,
    } = suite.db.server.passwords;
    return { api, scheduler, backup };
  };
  const one = async (sql: string) =>
    (await suite.db.pool('postgres').query(sql)).rows[0] as Record<string, unknown>;

  it('makes the verifier that Postgres makes', () => {
    // The example of RFC 7677: user "user", password "pencil".
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
    assert.equal(
      scramVerifier('pencil', salt),
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });

  it('uses another salt each time', () => {
    assert.notEqual(scramVerifier('pencil'), scramVerifier('pencil'));
  });

  it('lets each service sign in with its password', async () => {
    const { rows } = await suite.db.pool('mon_scheduler').query('SELECT current_user AS who');
    assert.deepEqual(rows, [{ who: 'mon_scheduler' }]);
  });

  it('changes a password', async () => {
    const passwords = passwordsOf();
    await ensureRoles(suite.db.url('duckmon_owner'), { ...passwords, backup: 'another' });
    await assert.rejects(
      new Client(suite.db.url('mon_backup')).connect(),
      /password authentication/,
    );
    await ensureRoles(suite.db.url('duckmon_owner'), passwords);
    const client = new Client(suite.db.url('mon_backup'));
    await client.connect();
    await client.end();
  });

  it('E2 no role of ours may pass by row-level security', async () => {
    const row = await one(`SELECT count(*)::int AS n FROM pg_roles
      WHERE rolname ~ '^(mon_|duckmon_)' AND (rolsuper OR rolbypassrls)`);
    assert.equal(row['n'], 0);
  });

  it('the services own nothing', async () => {
    const row = await one(`SELECT count(*)::int AS n FROM pg_class c
      JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname ~ '^mon_'`);
    assert.equal(row['n'], 0);
  });

  it('makes the database once', async () => {
    const owner = { password: suite.db.server.passwords.duckmon_owner, database: suite.db.name };
    await ensureDatabase(suite.db.url('postgres'), owner);
    const row = await one(`SELECT pg_get_userbyid(datdba) AS owner FROM pg_database
      WHERE datname = '${suite.db.name}'`);
    assert.equal(row['owner'], 'duckmon_owner');
  });

  it('says typed that the server cannot be reached', async () => {
    await assert.rejects(
      ensureRoles('postgresql://x:y@127.0.0.1:1/z', passwordsOf()),
      /Database connection failed.*DATABASE_URL/,
    );
  });
});
