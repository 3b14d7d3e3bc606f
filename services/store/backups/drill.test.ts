import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startHook, type Hook } from '../../../scripts/testing/hook/server.ts';
import { startModel, type FakeModel } from '../../../scripts/testing/model/server.ts';
import { startInstallation, type Installation } from '../../local/testing/installation.ts';
import { secretManifest, webhookManifests } from '../../local/testing/manifests.ts';
import { startPage, type TestPage } from '../../local/testing/page.ts';
import { runCli } from '../../local/testing/run.ts';

const execute = promisify(execFile);
const SIGNING_KEY = 'a-signing-key-of-the-test-0123456789';
const JOB = path.join(import.meta.dirname, 'job.ts');

describe('F24 restore drill from nothing', function () {
  this.timeout(180_000);
  let saved = '';
  let page: TestPage;
  let hook: Hook;
  let model: FakeModel;
  let installation: Installation | undefined;

  const start = (): Promise<Installation> =>
    startInstallation({
      env: {
        OPENAI_BASE_URL: model.url,
        OPENAI_API_KEY: 'x',
        DUCKMON_EGRESS_ALLOW: `127.0.0.1:${page.port},127.0.0.1:${hook.port}`,
      },
    });
  /** Runs the job of the chart on the database of an installation; the line that it prints. */
  const job = async (on: Installation, address: 'url' | 'backupUrl', ...args: string[]) => {
    const addresses = JSON.parse(await readFile(path.join(on.data, 'postgres.json'), 'utf8'));
    const env = {
      ...process.env,
      DATABASE_URL: addresses[address],
      BACKUP_FOLDER: saved,
      BACKUP_KEY_FILE: path.join(saved, 'backup-key'),
    };
    const { stdout } = await execute(process.execPath, [JOB, ...args], { env }).catch(
      (error: unknown) => error as { stdout: string },
    );
    const result = JSON.parse(stdout);
    assert.equal(result.ok, true, stdout);
    return result;
  };
  const check = async (on: Installation): Promise<void> => {
    const { code, err } = await runCli(on, ['run', 'plans', '--wait']);
    assert.equal(code, 0, err);
  };
  const price = (euros: number): void => page.show(`Basic costs ${euros} EUR a month`);
  const told = (euros: number): number =>
    hook.posts.filter(({ raw }) => raw.includes(`${euros} EUR`)).length;
  const deliveries = async (on: Installation): Promise<string[]> => {
    const { json } = await on.call('GET', '/deliveries?monitor=plans&limit=100');
    const { items } = json as { items: { channel: string; state: string }[] };
    return items.filter(({ channel }) => channel === 'ops').map(({ state }) => state);
  };

  before(async () => {
    saved = await mkdtemp(path.join(os.tmpdir(), 'duckmon-drill-'));
    await writeFile(path.join(saved, 'backup-key'), 'k'.repeat(40));
    [page, hook, model] = await Promise.all([
      startPage('Basic costs 40 EUR a month'),
      startHook({ secrets: [SIGNING_KEY] }),
      startModel(),
    ]);
  });
  after(async () => {
    await installation?.close();
    await Promise.all([page.stop(), hook.stop(), model.stop()]);
    await rm(saved, { recursive: true });
  });

  it('F24 brings sign-in, monitors and secrets back on a machine that has backups and keys alone, and sends no alert again', async () => {
    installation = await start();
    await runCli(
      installation,
      ['apply', '-f', '-'],
      `${secretManifest(SIGNING_KEY)}---${webhookManifests(page.url, hook.url)}`,
    );
    await check(installation);
    price(50);
    await check(installation);
    // This one is still to be sent again when the backup is taken.
    hook.script(...Array.from({ length: 20 }, () => ({ kind: 'status', status: 503 }) as const));
    price(60);
    await check(installation);
    assert.equal(told(50), 1);
    assert.ok(told(60) > 0);

    await job(installation, 'backupUrl', 'run');
    await cp(path.join(installation.data, 'keys'), path.join(saved, 'keys'), { recursive: true });
    await installation.close();
    installation = undefined;
    hook.reset();

    const fresh = await start();
    installation = fresh;
    await fresh.stop();
    const begun = performance.now();
    await cp(path.join(saved, 'keys'), path.join(fresh.data, 'keys'), { recursive: true });
    await fresh.restart();
    const result = await job(fresh, 'url', 'restore', 'latest', '--force');
    await fresh.stop();
    await fresh.restart();

    const token = new URL(fresh.signInLink).searchParams.get('token');
    const signIn = await fetch(`${fresh.dashboard}/api/v1/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    assert.equal(signIn.status, 204);
    price(70);
    await check(fresh);
    const seconds = (performance.now() - begun) / 1000;
    if (process.env['DUCKMON_FIGURES'])
      console.log(`      from keys and backup to the first alert: ${seconds.toFixed(1)} s`);
    const last = hook.posts.at(-1);
    assert.match(last?.raw ?? '', /70 EUR/);
    assert.ok(typeof last?.signature === 'object' && last.signature.ok, 'the secret signs again');
    assert.equal(result.held, 1);
    assert.deepEqual([told(50), told(60), told(70)], [0, 0, 1]);
    assert.deepEqual((await deliveries(fresh)).toSorted(), ['dead', 'delivered', 'delivered']);
  });
});
