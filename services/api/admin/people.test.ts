import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { newId } from '../../core/ids.ts';
import { appendAudit, entryHash, listAudit, type AuditEntry } from '../../store/audit.ts';
import { dump } from '../../store/dump.ts';
import { eraseWorkspaces } from '../../store/erasure.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { startTestApi, type TestApi } from '../testing/api.ts';
import { newBrowser, newPerson, newWorkspace } from '../testing/person.ts';
import { as } from '../testing/stepUp.ts';
import { parseAsked } from './command.ts';
import { runAdmin } from './run.ts';

const OWN = 'u-0123456789abcdef';

describe('the program of administrators, about people and their data', () => {
  let api: TestApi;
  let ann: string;
  let folder: string;
  const cleared: string[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-admin-'));
    cleared.length = 0;
    api = await startTestApi();
    ann = await newPerson(api, 'ann');
    await newWorkspace(api, OWN, 'personal', ann);
  });
  afterEach(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  async function run(...argv: string[]): Promise<{ code: number; lines: string[] }> {
    const lines: string[] = [];
    const code = await runAdmin(parseAsked(argv), {
      pool: api.db.pool('mon_api'),
      clock: { now: () => api.time.now },
      newId,
      publicUrl: 'https://mon.example.org',
      runner: 'duckmon',
      clear: async (workspace) => void cleared.push(workspace),
      backupKeys: undefined,
      write: async (line) => void lines.push(line),
    });
    return { code, lines };
  }
  const json = (lines: readonly string[]) =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const audited = async (chain = '_platform'): Promise<readonly AuditEntry[]> =>
    (await withWorkspace(api.db.pool('mon_api'), chain, (tx) => listAudit(tx, chain))).items;
  const there = async (table: string, id: string): Promise<boolean> =>
    (await api.db.pool('postgres').query(`SELECT 1 FROM ${table} WHERE id::text = $1`, [id]))
      .rowCount === 1;

  describe('grant-admin and revoke-admin', () => {
    it('E16 are in the audit, and shown to the person', async () => {
      await run('grant-admin', 'ANN@example.org', '--reason', 'on call', '--asked-by', 'ops');
      const browser = await newBrowser(api, ann, { steppedUp: true });
      assert.equal((await as(api, browser, 'GET', '/admin/users')).status, 200);
      await run('revoke-admin', ann, '--force');
      assert.equal((await as(api, browser, 'GET', '/admin/users')).status, 403);
      const { items } = JSON.parse((await as(api, browser, 'GET', '/account/events')).text) as {
        items: Record<string, unknown>[];
      };
      assert.deepEqual(
        items.map(({ action, actor, askedBy, reason }) => [action, actor, askedBy, reason]),
        [
          ['user.revoke-admin', 'duckmon', null, null],
          ['user.grant-admin', 'duckmon', 'ops', 'on call'],
        ],
      );
      assert.equal((await audited())[0]?.detail?.['by'], 'duckmon admin');
    });

    it('leave the last one, unless told twice, and write nothing of what was refused', async () => {
      await run('grant-admin', ann);
      await assert.rejects(run('revoke-admin', ann), /is the last administrator .* or add --force/);
      assert.deepEqual(
        (await audited()).map(({ action }) => action),
        ['user.grant-admin'],
      );
      assert.match((await run('revoke-admin', ann, '--force')).lines[0] ?? '', /no more\.$/);
    });
  });

  describe('users', () => {
    it('says of each what a review asks', async () => {
      await newBrowser(api, ann);
      const { lines } = await run('users');
      assert.match(
        lines.find((line) => line.startsWith(ann)) ?? '',
        /ann <ann@example\.org>: last seen 2026-03-01T12.*, signed in, no second factor, owner of u-0/,
      );
    });

    it('finds whom nobody has seen for so many days', async () => {
      api.time.now = new Date(api.time.now.getTime() + 100 * 86_400_000);
      await newPerson(api, 'new');
      const { lines } = await run('users', '--inactive', '90d', '--json');
      const names = json(lines).map(({ displayName }) => displayName);
      assert.ok(names.includes('ann') && !names.includes('new'), names.join());
      assert.deepEqual((await run('users', '--inactive', '110d')).lines, []);
    });

    it('D16 writes a table in which no name is a formula', async () => {
      await newPerson(api, '=HYPERLINK("http://evil.example")');
      const { lines } = await run('users', '--csv');
      assert.match(lines[0] ?? '', /^id,name,address,issuer,administrator,.*,tokenLastUsedAt\r$/);
      assert.ok(lines.some((line) => line.includes(`,"'=HYPERLINK(""http://evil.example"")",`)));
    });

    it('gives administrators the same table by the api, and notes that', async () => {
      const token = api.tokens.admin;
      await api.db.pool('postgres').query('UPDATE users SET platform_admin = true');
      const { status, text, headers } = await api.call('GET', '/api/v1/admin/users/export', {
        token,
      });
      assert.deepEqual([status, headers.get('content-type')], [200, 'text/csv; charset=utf-8']);
      assert.equal(text, (await run('users', '--csv')).lines.map((line) => `${line}\n`).join(''));
      assert.equal((await audited())[0]?.action, 'users.export');
    });
  });

  describe('export', () => {
    it('E15 writes what the person would get, and lets the person see that', async () => {
      const { lines } = await run('export', 'ann@example.org');
      const [head, ...rows] = json(lines);
      assert.deepEqual(head?.['of'], { kind: 'account', id: ann });
      assert.deepEqual(rows.at(-1), { end: true, rows: rows.length - 1 });
      const [act] = await audited();
      assert.deepEqual([act?.action, act?.subject], ['account.export', `user/${ann}`]);
    });

    it('E15 writes a workspace, and says so in the audit of that', async () => {
      const { lines } = await run('export', '--workspace', OWN);
      assert.ok(json(lines).some(({ table }) => table === 'memberships'));
      assert.deepEqual(
        (await audited(OWN)).map(({ actor, action }) => [actor, action]),
        [['duckmon', 'workspace.export']],
      );
      await assert.rejects(run('export', '--workspace', 'nowhere'), /no workspace nowhere/);
    });
  });

  describe('erase', () => {
    it('E15 says first what would go, and changes nothing', async () => {
      const { lines } = await run('erase', ann, '--dry-run', '--json');
      const [said] = json(lines);
      assert.deepEqual([said?.['erased'], said?.['workspaces']], [false, [OWN]]);
      assert.ok(Number(said?.['rows']) >= 4);
      assert.ok(await there('users', ann));
      assert.deepEqual([cleared, await audited()], [[], []]);
    });

    it('promises nothing that it will refuse: a personal workspace goes with its person', async () => {
      for (const flag of ['--dry-run', '--yes'])
        await assert.rejects(run('erase', '--workspace', OWN, flag), /goes with the account/);
    });

    it('E15 erases a person with the personal workspace, in a cluster first', async () => {
      const { lines } = await run('erase', 'ann@example.org', '--yes', '--reason', 'asked for it');
      assert.match(lines[0] ?? '', /^The account .* with the workspace u-0.* is shut and deleted/);
      assert.deepEqual(cleared, [OWN]);
      assert.ok(!(await there('users', ann)));
      assert.deepEqual(await eraseWorkspaces(api.db.pool('mon_scheduler')), [OWN]);
      assert.ok(!(await there('workspaces', OWN)));
      const [act] = await audited();
      assert.deepEqual(
        [act?.action, act?.detail],
        ['account.erase', { by: 'duckmon admin', reason: 'asked for it' }],
      );
    });

    it('E15 erases a team’s workspace, whose name the audit does not keep', async () => {
      await run('erase', '--workspace', 'team-b', '--yes');
      assert.deepEqual(await eraseWorkspaces(api.db.pool('mon_scheduler')), ['team-b']);
      const [act] = await audited();
      assert.match(act?.subject ?? '', /^workspace\/[0-9a-f]{64}$/);
    });
  });

  describe('audit verify', () => {
    const grow = (count: number) =>
      withWorkspace(api.db.pool('mon_api'), '_platform', async (tx) => {
        for (let n = 0; n < count; n += 1)
          await appendAudit(tx, '_platform', {
            at: api.time.now,
            actor: 'user:a',
            action: 'sign-in',
            subject: `user/${n}`,
          });
      });
    /** Says of the first row that somebody else did it, and makes every hash after it right again. */
    const rewrite = async (): Promise<void> => {
      const superuser = api.db.pool('postgres');
      let prevHash = '0'.repeat(64);
      for (const row of [...(await audited())].toReversed()) {
        const entry = { ...row, actor: row.seq === 1 ? 'user:b' : row.actor, prevHash };
        const hash = entryHash('_platform', entry);
        await superuser.query(
          "UPDATE audit SET actor = $2, prev_hash = $3, hash = $4 WHERE workspace_id = '_platform' AND seq = $1",
          [row.seq, entry.actor, prevHash, hash],
        );
        prevHash = hash;
      }
      await superuser.query("UPDATE audit_heads SET hash = $1 WHERE workspace_id = '_platform'", [
        prevHash,
      ]);
    };
    const written = async (...argv: string[]): Promise<string> => {
      const file = path.join(folder, newId());
      writeFileSync(file, (await run(...argv)).lines.join('\n'));
      return file;
    };
    const backedUp = async (): Promise<string> => {
      const file = path.join(folder, 'backup');
      await dump(api.db.url('mon_backup'), file, api.time.now);
      return file;
    };

    for (const [what, copy] of [
      ['audit verify wrote', () => written('audit', 'verify', '--json')],
      ['audit export wrote', () => written('audit', 'export')],
      ['a backup has', backedUp],
    ] as const)
      it(`E14 finds a chain that was written anew by what ${what} before`, async () => {
        await grow(5);
        const file = await copy();
        await grow(3);
        const same = await run('audit', 'verify', '--against', file);
        assert.equal(same.code, 0, same.lines.join());
        assert.match(same.lines[0] ?? '', /is whole: \d+ rows, and the one that was copied/);
        await rewrite();
        assert.equal((await run('audit', 'verify')).code, 0, 'the chain itself is whole');
        const found = await run('audit', 'verify', '--against', file);
        assert.equal(found.code, 1);
        assert.match(found.lines[0] ?? '', /not the one that was copied: row \d is another one/);
      });

    it('E14 finds it by one head that was kept', async () => {
      await grow(4);
      const [said] = json((await run('audit', 'verify', '--json')).lines);
      const head = `--head=${String(said?.['rows'])}:${String(said?.['head'])}`;
      assert.equal((await run('audit', 'verify', head)).code, 0);
      await rewrite();
      const { code, lines } = await run('audit', 'verify', '--json', head);
      assert.deepEqual([code, json(lines)[0]?.['problem']], [1, 'rewritten']);
    });

    it('says what a file must be that is no copy of the chain', async () => {
      const file = path.join(folder, 'other');
      writeFileSync(file, '{"chain":"team-a","rows":1,"head":"x"}');
      await assert.rejects(
        run('audit', 'verify', '--against', file),
        /has no head of the audit of _platform; give a backup, or what audit verify --json/,
      );
      await assert.rejects(run('audit', 'verify', '--against', '/nowhere'), /cannot be read/);
    });
  });
});
