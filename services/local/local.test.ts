import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { startHook, type Hook } from '../../scripts/testing/hook/server.ts';
import { startModel, type FakeModel } from '../../scripts/testing/model/server.ts';
import { linkToRunning } from './running.ts';
import { startInstallation, type Installation } from './testing/installation.ts';
import { secretManifest, webhookManifests } from './testing/manifests.ts';
import { startPage, type TestPage } from './testing/page.ts';
import { runCli } from './testing/run.ts';

const SIGNING_KEY = 'a-signing-key-of-the-test-0123456789';

describe('a new installation with its demo', function () {
  this.timeout(120_000);
  let installation: Installation;

  before(async () => {
    installation = await startInstallation({ demo: true });
  });

  after(() => installation.close());

  it('has a first finding when it is up, which says that it was not judged', async () => {
    const { out, code } = await runCli(installation, ['findings', '-o', 'json']);
    assert.equal(code, 0);
    const [finding, ...others] = JSON.parse(out).items;
    assert.deepEqual(others, []);
    assert.deepEqual(
      [finding.monitor, finding.verdict, finding.why],
      ['demo-shop', 'undetermined', 'model_not_configured'],
    );
  });

  it('tells it in the inbox', async () => {
    const { json } = await installation.call('GET', '/deliveries?monitor=demo-shop');
    const { items } = json as { items: { channel: string; state: string }[] };
    assert.deepEqual(
      items.map(({ channel, state }) => [channel, state]),
      [['inbox', 'delivered']],
    );
  });

  it('lists its monitor for people and runs it', async () => {
    const list = await runCli(installation, ['get', 'mj']);
    assert.match(list.out, /demo-shop/);
    const run = await runCli(installation, ['run', 'demo-shop', '--wait']);
    assert.equal(run.code, 0, run.err);
    assert.match(run.out, /demo-shop/);
  });

  it('explains how far the checks came', async () => {
    const { out, code } = await runCli(installation, ['explain', 'demo-shop']);
    assert.equal(code, 0);
    assert.match(out, /fetched/);
    assert.match(out, /alerted|delivered|changed/);
  });

  it('keeps its admin token for its owner alone', () => {
    assert.equal(statSync(path.join(installation.data, 'admin-token')).mode & 0o777, 0o600);
  });

  const signInWith = (link: string): Promise<Response> =>
    fetch(`${installation.dashboard}/api/v1/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: new URL(link).searchParams.get('token') }),
    });

  it('signs in at the dashboard with the link, once', async () => {
    const signIn = (): Promise<Response> => signInWith(installation.signInLink);
    const first = await signIn();
    assert.equal(first.status, 204);
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    const me = await fetch(`${installation.dashboard}/api/v1/me`, { headers: { cookie } });
    assert.equal(me.status, 200);
    assert.equal((await signIn()).status, 401);
  });

  it('gives another link while it runs, for the same address', async () => {
    const found = await linkToRunning(installation.data);
    assert.equal(found.kind, 'link');
    assert.equal(found.pid, installation.pid);
    assert.ok(found.link.startsWith(`${installation.dashboard}/sign-in?`), found.link);
    assert.notEqual(found.link, installation.signInLink);
    assert.deepEqual(
      [(await signInWith(found.link)).status, (await signInWith(found.link)).status],
      [204, 401],
    );
  });

  it('keeps everything over a restart, and does not make the demo again', async () => {
    const before = (await installation.call('GET', '/checks?monitor=demo-shop')).json as {
      items: { id: string }[];
    };
    assert.equal((await installation.call('DELETE', '/monitors/demo-shop')).status, 204);
    await installation.stop();
    assert.deepEqual(await linkToRunning(installation.data), { kind: 'nothing' });
    await installation.restart();
    const after = (await installation.call('GET', '/checks?monitor=demo-shop')).json as {
      items: { id: string }[];
    };
    assert.deepEqual(
      after.items.map(({ id }) => id),
      before.items.map(({ id }) => id),
    );
    assert.equal((await installation.call('GET', '/monitors/demo-shop')).status, 404);
  });

  it('leaves no secret in its logs', () => {
    const log = readFileSync(path.join(installation.data, 'logs', 'duckmon.log'), 'utf8');
    const token = readFileSync(path.join(installation.data, 'admin-token'), 'utf8').trim();
    const keys = JSON.parse(
      readFileSync(path.join(installation.data, 'keys', 'internal-key.json'), 'utf8'),
    );
    for (const secret of [
      token,
      keys.keys[0].value,
      new URL(installation.signInLink).searchParams.get('token') ?? '',
    ])
      assert.ok(!log.includes(secret));
    assert.ok(
      log
        .split('\n')
        .filter(Boolean)
        .every((line) => JSON.parse(line).service),
    );
  });
});

describe('a job with a model and a signed webhook', function () {
  this.timeout(120_000);
  let installation: Installation;
  let page: TestPage;
  let hook: Hook;
  let model: FakeModel;

  before(async () => {
    [page, hook, model] = await Promise.all([
      startPage('Basic costs 40 EUR a month', 'Pro costs 90 EUR a month'),
      startHook({ secrets: [SIGNING_KEY] }),
      startModel(),
    ]);
    installation = await startInstallation({
      env: {
        OPENAI_BASE_URL: model.url,
        OPENAI_API_KEY: 'x',
        DUCKMON_EGRESS_ALLOW: `127.0.0.1:${page.port},127.0.0.1:${hook.port}`,
      },
    });
  });

  after(async () => {
    await installation.close();
    await Promise.all([page.stop(), hook.stop(), model.stop()]);
  });

  const run = async (): Promise<string> =>
    (await runCli(installation, ['run', 'plans', '--wait'])).out;

  it('is applied from one file', async () => {
    const { out, code, err } = await runCli(
      installation,
      ['apply', '-f', '-'],
      `${secretManifest(SIGNING_KEY)}---${webhookManifests(page.url, hook.url)}`,
    );
    assert.equal(code, 0, err);
    assert.deepEqual(
      out
        .trim()
        .split('\n')
        .map((line) => line.split(' ').at(-1)),
      ['created', 'created', 'created'],
    );
    await run();
    assert.deepEqual(hook.posts, []);
  });

  it('sends one signed webhook with the verified quote when the price changes', async () => {
    page.show('Basic costs 55 EUR a month', 'Pro costs 90 EUR a month');
    await run();
    assert.equal(hook.posts.length, 1);
    const [post] = hook.posts;
    assert.ok(
      typeof post?.signature === 'object' && post.signature.ok,
      JSON.stringify(post?.signature),
    );
    assert.match(post.raw, /55/);
    const { json } = await installation.call('GET', '/findings?monitor=plans');
    const { items } = json as { items: { verdict: string; claims: { quote: string }[] }[] };
    assert.equal(items[0]?.verdict, 'match');
    assert.match(items[0]?.claims[0]?.quote ?? '', /Basic costs 55 EUR/);
  });

  it('sends none when the same page is checked again', async () => {
    await run();
    await run();
    assert.equal(hook.posts.length, 1);
  });

  it('asks the model about what changed alone', () => {
    assert.equal(model.requests.length, 1);
    const { body, raw } = model.requests[0] ?? { body: {}, raw: '' };
    assert.ok(!raw.includes(SIGNING_KEY));
    assert.equal('tools' in body, false);
  });

  it('defect: A→B→A is told as the small difference, never as the whole page', async () => {
    page.show('Basic costs 40 EUR a month', 'Pro costs 90 EUR a month');
    await run();
    const question = model.requests.at(-1)?.raw ?? '';
    assert.match(question, /Basic costs/);
  });

  it('D6 tells nothing that a model made up', async () => {
    const before = hook.posts.length;
    model.script({
      kind: 'json',
      value: {
        verdict: 'match',
        relevance: 99,
        summary: 'Basic costs 7 EUR now.',
        severity: 'critical',
        claims: [
          {
            kind: 'changed',
            subject: 'Basic',
            before: '40',
            after: '7',
            quote: 'Basic costs 7 EUR a month',
            side: 'after',
          },
        ],
        reason: 'made up',
        code: 'changed',
      },
    });
    page.show('Basic costs 41 EUR a month', 'Pro costs 90 EUR a month');
    await run();
    const told = hook.posts.slice(before).map(({ raw }) => raw);
    assert.ok(told.every((raw) => !raw.includes('7 EUR a month')));
    const { json } = await installation.call('GET', '/checks?monitor=plans&limit=1');
    const { items } = json as { items: { verdict: string; reason: string }[] };
    assert.equal(items[0]?.verdict, 'undetermined');
  });

  it('is not told that a captcha is a change', async () => {
    const posts = hook.posts.length;
    page.fail(503);
    await run();
    const { json } = await installation.call('GET', '/checks?monitor=plans&limit=1');
    const { items } = json as { items: { outcome: string }[] };
    assert.equal(items[0]?.outcome, 'NotJudgeable');
    assert.equal(hook.posts.length, posts);
  });

  it('refuses a page on a private address that nobody allowed', async () => {
    const manifest =
      `${secretManifest(SIGNING_KEY)}---${webhookManifests('http://127.0.0.1:1/', hook.url)}`.replace(
        'name: plans',
        'name: private',
      );
    await runCli(installation, ['apply', '-f', '-'], manifest);
    const { out } = await runCli(installation, ['run', 'private', '--wait']);
    assert.match(out, /not allowed|forbidden/i);
  });

  it('reads no value of a Secret back', async () => {
    const { json } = await installation.call('GET', '/secrets');
    assert.ok(!JSON.stringify(json).includes(SIGNING_KEY));
  });
});

describe('a watched manifest folder', function () {
  this.timeout(120_000);
  let installation: Installation;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-folder-'));
    writeFileSync(
      path.join(folder, 'shop.yaml'),
      `${secretManifest(SIGNING_KEY)}---${webhookManifests('http://example.invalid/', 'http://example.invalid/')}`,
    );
    writeFileSync(path.join(folder, 'bad.yaml'), 'kind: MonitorJob\n  bad: [');
    installation = await startInstallation({ manifests: folder });
  });

  after(async () => {
    await installation.close();
    rmSync(folder, { recursive: true });
  });

  it('is applied at the start, with each bad file named', async () => {
    assert.equal((await installation.call('GET', '/monitors/plans')).status, 200);
    assert.ok(
      installation.said.some((line) => line.includes('bad.yaml')),
      installation.said.join('\n'),
    );
  });

  it('makes its objects read-only elsewhere', async () => {
    const { status, json } = await installation.call('DELETE', '/monitors/plans');
    assert.equal(status, 409);
    assert.match((json as { error: { message: string } }).error.message, /managed by shop\.yaml/);
  });

  it('deletes what vanished from it while nothing ran', async () => {
    await installation.stop();
    rmSync(path.join(folder, 'shop.yaml'));
    await installation.restart();
    assert.equal((await installation.call('GET', '/monitors/plans')).status, 404);
  });
});

describe('a start that cannot succeed', function () {
  this.timeout(60_000);

  it('says that a port is in use, and leaves the folder free', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    try {
      await assert.rejects(
        startInstallation({ env: { LLM_PORT: String(port) } }),
        new RegExp(
          `Port ${port} on 127\\.0\\.0\\.1 is in use; stop what listens there, or choose another port`,
        ),
      );
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
  });

  it('names every wrong variable of a service at once', async () => {
    await assert.rejects(
      startInstallation({ env: { API_PORT: 'x', EGRESS_PORT: '-1' } }),
      /API_PORT: .*; EGRESS_PORT: /,
    );
  });

  it('says which given key is too short', async () => {
    await assert.rejects(
      startInstallation({ env: { INTERNAL_API_KEY: 'short' } }),
      /INTERNAL_API_KEY is shorter than 32/,
    );
  });

  it('says that the manifest folder is not there', async () => {
    await assert.rejects(
      startInstallation({ manifests: path.join(os.tmpdir(), 'no-such-folder') }),
      /manifest folder .* is not there/,
    );
  });

  it('does not touch the folder of a newer duckmon', async () => {
    const installation = await startInstallation();
    await installation.stop();
    mkdirSync(installation.data, { recursive: true });
    writeFileSync(path.join(installation.data, 'version'), '99\n');
    await assert.rejects(installation.restart(), /written by a newer duckmon/);
    rmSync(installation.data, { recursive: true });
  });
});
