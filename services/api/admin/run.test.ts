import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Transport } from '../../core/kube/transport.ts';
import type { SubjectAccessReview } from '../../core/kube/access.ts';
import { newId } from '../../core/ids.ts';
import { listAudit } from '../../store/audit.ts';
import { StoreError } from '../../store/errors.ts';
import { PLATFORM_WORKSPACE, withWorkspace } from '../../store/workspace.ts';
import { startTestApi, WORKSPACE, type Answer, type TestApi } from '../testing/api.ts';
import { parseAsked } from './command.ts';
import { runAdmin } from './run.ts';

interface Me {
  readonly user: { readonly displayName: string };
  readonly workspace: string;
  readonly scope: string;
}

describe('the entry point of administrators', () => {
  let api: TestApi;
  const cleared: string[] = [];

  /** Lets the group of sign-in links do everything, and nobody else. */
  const kube = {
    create: async (_resource: unknown, review: SubjectAccessReview) => ({
      ...review,
      status: { allowed: review.spec.groups.includes('duckmon:admins') },
    }),
    close: () => undefined,
  } as unknown as Transport;

  beforeEach(async () => {
    const env = {
      OBJECTS: 'cluster',
      LOCAL_SIGN_IN: 'false',
      PUBLIC_URL: 'https://mon.example.org',
      WORKSPACE_NAMESPACES: WORKSPACE,
    };
    api = await startTestApi(env, { kube });
  });

  afterEach(() => api.stop());

  async function run(...argv: string[]): Promise<{ code: number; lines: string[] }> {
    const lines: string[] = [];
    const code = await runAdmin(parseAsked(argv), {
      pool: api.db.pool('mon_api'),
      clock: { now: () => api.time.now },
      newId,
      publicUrl: 'https://mon.example.org',
      runner: 'kubectl',
      clear: async (workspace) => void cleared.push(workspace),
      backupKeys: undefined,
      write: async (line) => void lines.push(line),
    });
    return { code, lines };
  }
  const parsed = <T>(lines: readonly string[]): T[] => lines.map((line) => JSON.parse(line) as T);
  const newLink = async (): Promise<URL> => {
    const { lines } = await run('sign-in', '--json');
    return new URL(parsed<{ url: string }>(lines)[0]?.url ?? '');
  };
  const open = (link: URL): Promise<Answer> =>
    api.call('POST', '/api/v1/sign-in', { body: { token: link.searchParams.get('token') } });
  const cookieOf = (answer: Answer): string =>
    (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const me = (cookie: string): Promise<Answer> =>
    api.call('GET', '/api/v1/me', { headers: { cookie } });
  const audited = async (chain = PLATFORM_WORKSPACE) =>
    (await withWorkspace(api.db.pool('mon_api'), chain, (tx) => listAudit(tx, chain))).items;
  const ofTeam = async (): Promise<string> => {
    const { lines } = await run('users', '--json');
    const found = parsed<{ id: string; displayName: string }>(lines);
    return found.find(({ displayName }) => displayName === WORKSPACE)?.id ?? '';
  };

  it('makes a link that signs an administrator in, in a cluster', async () => {
    const link = await newLink();
    assert.equal(`${link.origin}${link.pathname}`, 'https://mon.example.org/sign-in');
    const answer = await open(link);
    assert.equal(answer.status, 204);
    const cookie = cookieOf(answer);
    const json = JSON.parse((await me(cookie)).text) as Me;
    assert.deepEqual(
      [json.user.displayName, json.workspace, json.scope],
      ['Operator', WORKSPACE, 'admin'],
    );
    const users = await api.call('GET', '/api/v1/admin/users', { headers: { cookie } });
    assert.equal(users.status, 200, users.text);
  });

  it('A15 makes a link that is good once, and for ten minutes', async () => {
    const used = await newLink();
    assert.equal((await open(used)).status, 204);
    const again = await open(used);
    assert.equal(again.status, 401);
    assert.match(again.json.error.message, /run kubectl monitor sign-in for another/);
    const late = await newLink();
    api.time.now = new Date(api.time.now.getTime() + 10 * 60_000 + 1);
    assert.equal((await open(late)).status, 401);
  });

  it('says on the sign-in page that links are in use, and what prints one', async () => {
    const { text: ways } = await api.call('GET', '/api/v1/sign-in');
    const linkCommand = 'kubectl monitor sign-in';
    assert.deepEqual(JSON.parse(ways), { link: true, linkCommand, provider: null });
  });

  it('keeps in the audit that a link was made, by whom and until when, and never the link', async () => {
    const { lines } = await run('sign-in', '--asked-by', 'ann');
    assert.match(
      lines[0] ?? '',
      /\nGood for one sign-in as an administrator, until 2026-03-01T12:10/,
    );
    const [row] = await audited();
    assert.deepEqual([row?.actor, row?.action], ['kubectl', 'sign-in.link']);
    assert.deepEqual(row?.detail, {
      by: 'kubectl exec',
      askedBy: 'ann',
      expiresAt: '2026-03-01T12:10:00.000Z',
    });
  });

  it('A12 ends every session and token, and links that were not used yet', async () => {
    const cookie = cookieOf(await open(await newLink()));
    const unused = await newLink();
    const { code, lines } = await run('revoke-all', '--reason', 'a leak');
    assert.equal(code, 0);
    assert.match(lines[0] ?? '', /^Every session and every token of everybody has ended/);
    assert.equal((await me(cookie)).status, 401);
    assert.equal((await api.call('GET', '/api/v1/me', { token: api.tokens.admin })).status, 401);
    assert.equal((await open(unused)).status, 401);
    const [row] = await audited();
    assert.deepEqual(
      [row?.action, row?.detail],
      ['revoke-all', { by: 'kubectl exec', reason: 'a leak' }],
    );
    assert.equal((await open(await newLink())).status, 204, 'a new link is good');
  });

  it('A11 shuts a user out by address, and lets in again by id', async () => {
    const id = await ofTeam();
    const owner = api.db.pool('duckmon_owner');
    await owner.query("UPDATE users SET email = 'Ann@Example.org' WHERE id = $1", [id]);
    const { code, lines } = await run('disable', 'ann@example.org');
    assert.equal(code, 0);
    assert.match(lines[0] ?? '', /^team-a \(Ann@Example\.org\) is shut out/);
    const shut = await run('users');
    assert.match(
      shut.lines.find((line) => line.startsWith(id)) ?? '',
      /shut out since 2026-03-01T/,
    );
    await run('enable', id);
    assert.ok(!(await run('users')).lines.join().includes('shut out'));
    const rows = (await audited()).map(({ action, subject }) => [action, subject]);
    assert.deepEqual(rows, [
      ['user.enable', `user/${id}`],
      ['user.disable', `user/${id}`],
    ]);
  });

  it('makes no link while the account of links is shut out, and names the way back', async () => {
    await newLink();
    const { lines } = await run('users', '--json');
    const operator = parsed<{ id: string; issuer: string }>(lines).find(
      ({ issuer }) => issuer === 'duckmon',
    );
    await run('disable', operator?.id ?? '');
    await assert.rejects(run('sign-in'), new RegExp(`let it in again with enable ${operator?.id}`));
  });

  it('refuses an address of several users, and one of nobody', async () => {
    await api.db.pool('duckmon_owner').query("UPDATE users SET email = 'ann@example.org'");
    await assert.rejects(
      run('disable', 'ann@example.org'),
      (error) =>
        error instanceof StoreError &&
        error.code === 'invalid' &&
        /is several users; give the id of one: \S+ of test, \S+ of test/.test(error.message),
    );
    await assert.rejects(
      run('disable', 'bob@example.org'),
      (error) => error instanceof StoreError && error.code === 'notFound',
    );
    assert.deepEqual(await audited(), []);
  });

  it('E14 finds a row of the audit that was changed, and ends with 1', async () => {
    await run('sign-in');
    await run('sign-in');
    const whole = await run('audit', 'verify', '--json');
    assert.deepEqual(whole.code, 0);
    assert.deepEqual(
      parsed<{ intact: boolean; rows: number }>(whole.lines).map(({ intact, rows }) => [
        intact,
        rows,
      ]),
      [[true, 2]],
    );
    await api.db.pool('postgres').query("UPDATE audit SET actor = 'nobody' WHERE seq = 1");
    const { code, lines } = await run('audit', 'verify');
    assert.equal(code, 1);
    assert.match(lines[0] ?? '', /not as it was written: altered at row 1/);
  });

  it('writes the audit of a workspace row by row, and leaves a row there', async () => {
    const { code, lines } = await run('audit', 'export', '--workspace', WORKSPACE);
    assert.equal(code, 0);
    const rows = parsed<{ action: string; hash: string }>(lines);
    assert.equal(rows[0]?.action, 'audit.export');
    assert.match(rows[0]?.hash ?? '', /^[0-9a-f]{64}$/);
    await assert.rejects(run('audit', 'export', '--workspace', 'nowhere'), /no workspace nowhere/);
  });

  it('runs as a program with the environment of the api, and tells failures in one line', async () => {
    const program = async (...argv: string[]) => {
      const child = spawn(process.execPath, ['services/api/admin/main.ts', ...argv], {
        env: { DATABASE_URL: api.db.url('mon_api'), PUBLIC_URL: 'https://mon.example.org/' },
      });
      const [out, err] = [text(child.stdout), text(child.stderr)];
      const [code] = (await once(child, 'exit')) as [number];
      return { code, out: await out, err: await err };
    };
    const good = await program('sign-in', '--json');
    assert.deepEqual([good.code, good.err], [0, '']);
    const { url } = JSON.parse(good.out) as { url: string };
    assert.match(url, /^https:\/\/mon\.example\.org\/sign-in\?token=[\w-]{43}$/);
    const absent = await program('enable', 'nobody');
    assert.deepEqual(
      [absent.code, absent.err],
      [3, 'There is no user nobody; users lists everybody who ever signed in.\n'],
    );
    assert.equal((await program('reboot')).code, 2);
  });
});
