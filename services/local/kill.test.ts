import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startHook, type Hook, type HookPost } from '../../scripts/testing/hook/server.ts';
import { startModel, type FakeModel } from '../../scripts/testing/model/server.ts';
import { startInstallation, type Installation } from './testing/installation.ts';
import { startPage, type TestPage } from './testing/page.ts';

/** Every boundary at which the process is killed, in the order of a check and its delivery. */
const POINTS = [
  'check.after-claim',
  'check.after-fetch',
  'check.after-read',
  'check.after-compare',
  'check.after-reserve',
  'check.before-judge',
  'check.after-judge',
  'check.after-settle',
  'check.before-commit',
  'check.after-commit',
  'delivery.after-claim',
  'delivery.before-send',
  'delivery.after-send',
  'delivery.before-commit',
  'delivery.after-commit',
] as const;

/** Between the send and its commit nobody can know whether the receiver took it: it is sent once more. */
const UNKNOWN_OUTCOME: readonly string[] = ['delivery.after-send', 'delivery.before-commit'];

const PATIENCE_MS = 40_000;

const job = (page: string): Record<string, unknown> => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: { name: 'plans' },
  spec: {
    sources: [{ name: 'pricing', url: page, fetch: 'Http' }],
    schedule: { interval: '24h' },
    goal: { prompt: "Tell me when a plan's price changes." },
    alerting: { channelRefs: [{ name: 'ops' }], cooldown: '0s', maxPerHour: 60 },
  },
});

const channel = (url: string): Record<string, unknown> => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'NotificationChannel',
  metadata: { name: 'ops' },
  spec: { type: 'Webhook', webhook: { url } },
});

describe('F1 a process that is killed at any point', function () {
  this.timeout(180_000);
  let installation: Installation;
  let page: TestPage;
  let hook: Hook;
  let model: FakeModel;
  let price = 100;

  const show = (): void => page.show(`Basic costs ${price} EUR a month`, 'Support by mail');
  const posts = (): readonly HookPost[] =>
    hook.posts.filter(({ raw }) => raw.includes(`${price} EUR`));
  const deliveryIds = (all: readonly HookPost[]): number =>
    new Set(all.map(({ headers }) => headers['x-duckmon-delivery'])).size;
  const run = async (): Promise<void> => {
    const { status } = await installation.call('POST', '/monitors/plans/run', {});
    assert.equal(status, 202);
  };
  /** Looks until `holds`: the product works by itself, and there is no event to wait for from outside. */
  const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
    for (let waited = 0; waited < PATIENCE_MS; waited += 100) {
      if (await holds()) return;
      await delay(100);
    }
    assert.fail(`${what} did not happen in ${PATIENCE_MS / 1000} s`);
  };
  const checks = async (): Promise<number> => {
    const { json } = await installation.call('GET', '/checks?monitor=plans&limit=500');
    return (json as { items: unknown[] }).items.length;
  };

  before(async () => {
    [page, hook, model] = await Promise.all([startPage(), startHook(), startModel()]);
    show();
    installation = await startInstallation({
      env: {
        OPENAI_BASE_URL: model.url,
        OPENAI_API_KEY: 'x',
        DUCKMON_EGRESS_ALLOW: `127.0.0.1:${page.port},127.0.0.1:${hook.port}`,
      },
    });
    const documents = [channel(hook.url), job(page.url)];
    await installation.call('POST', '/apply', { documents });
    await until('the baseline', async () => (await checks()) > 0);
  });

  after(async () => {
    await installation.close();
    await Promise.all([page.stop(), hook.stop(), model.stop()]);
  });

  for (const point of POINTS)
    it(`loses no alert and sends none twice at ${point}`, async () => {
      await installation.stop();
      await installation.restart({ DUCKMON_FAILPOINT: point });
      price += 1;
      show();
      // The kill may come before the answer to the request that leads to it.
      await Promise.allSettled([run()]);
      assert.equal(await installation.ended, 'SIGKILL');
      await installation.restart();
      await until(`the alert of ${price} EUR`, () => posts().length > 0);
      // A second check of the same page, so that a repeated alert would have been sent by now.
      const before = await checks();
      await run();
      await until('the next check', async () => (await checks()) > before);
      assert.equal(deliveryIds(posts()), 1);
      if (!UNKNOWN_OUTCOME.includes(point)) assert.equal(posts().length, 1);
      else assert.ok(posts().length <= 2, `${posts().length} posts`);
    });

  it('leaves no money reserved and no check half-done', async () => {
    const { url } = JSON.parse(readFileSync(path.join(installation.data, 'postgres.json'), 'utf8'));
    const client = new pg.Client(url);
    await client.connect();
    await client.query("SELECT set_config('mon.workspace', 'default', false)");
    const open = await client.query('SELECT count(*)::int AS n FROM budget_reservations');
    const reserved = await client.query(
      'SELECT coalesce(sum(reserved_tokens), 0)::int AS n FROM budgets',
    );
    await client.end();
    assert.deepEqual([open.rows[0].n, reserved.rows[0].n], [0, 0]);
  });

  it('has told every price under one delivery id, and kept a finding for each', async () => {
    const { json } = await installation.call('GET', '/findings?monitor=plans&limit=100');
    const values = (json as { items: { value: string }[] }).items.map(({ value }) => value);
    assert.equal(new Set(values).size, POINTS.length);
    assert.equal(deliveryIds(hook.posts), POINTS.length);
  });
});
