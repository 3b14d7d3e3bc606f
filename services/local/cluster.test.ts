/** The whole way of a monitor of a cluster: kubectl, operator, check, and a webhook that a Secret signs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { useClusterWithCrds, useNamespace } from '../../scripts/testing/cluster/hooks.ts';
import { startHook, type Hook } from '../../scripts/testing/hook/server.ts';
import { startModel, type FakeModel } from '../../scripts/testing/model/server.ts';
import { systemClock } from '../core/clock.ts';
import { startInstallation, type Installation } from './testing/installation.ts';
import { secretManifest, webhookManifests } from './testing/manifests.ts';
import { startPage, type TestPage } from './testing/page.ts';

const SIGNING_KEY = 'a-signing-key-of-the-cluster-0123456789';
/** The operator asks for the states of channels every 15 s, and missing Secrets are looked for as often. */
const WAIT_MS = 60_000;
const LOOK_MS = 200;

describe('a job of a cluster with a signed webhook', function () {
  this.timeout(300_000);
  const cluster = useClusterWithCrds();
  const namespace = useNamespace(cluster);
  let installation: Installation;
  let page: TestPage;
  let hook: Hook;
  let model: FakeModel;

  beforeEach(async () => {
    [page, hook, model] = await Promise.all([
      startPage('Basic costs 40 EUR a month'),
      startHook({ secrets: [SIGNING_KEY] }),
      startModel(),
    ]);
    installation = await startInstallation({
      kubeconfig: cluster().kubeconfig,
      env: {
        OPENAI_BASE_URL: model.url,
        OPENAI_API_KEY: 'x',
        DUCKMON_EGRESS_ALLOW: `127.0.0.1:${page.port},127.0.0.1:${hook.port}`,
      },
    });
  });
  afterEach(async () => {
    await installation.close();
    await Promise.all([page.stop(), hook.stop(), model.stop()]);
  });

  const kubectl = (args: readonly string[], input?: string): Promise<string> =>
    cluster().kubectl(['-n', namespace(), ...args], input);
  const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
    const end = systemClock.monotonic() + WAIT_MS;
    while (!(await holds())) {
      assert.ok(systemClock.monotonic() < end, `it never came to be that ${what}`);
      await systemClock.sleep(LOOK_MS);
    }
  };
  const condition = async (object: string, type: string): Promise<string> => {
    const filter = `{.status.conditions[?(@.type=="${type}")]`;
    return kubectl(['get', object, '-o', `jsonpath=${filter}.status} ${filter}.reason}`]);
  };
  const untilCondition = (object: string, type: string, wanted: string): Promise<void> =>
    until(
      `${object} says ${type} ${wanted}`,
      async () => (await condition(object, type)) === wanted,
    );
  const runs = { count: 0 };
  const run = async (): Promise<void> => {
    runs.count += 1;
    const wish = `run-${runs.count}`;
    await kubectl([
      'annotate',
      '--overwrite',
      'monitorjob/plans',
      `mon.duckerhub.com/run-requested-at=${wish}`,
    ]);
    const handled = 'jsonpath={.status.lastHandledRunRequest}';
    await until(
      `${wish} is answered`,
      async () => (await kubectl(['get', 'monitorjob/plans', '-o', handled])) === wish,
    );
  };
  const isSigned = (at: number): void => {
    const signature = hook.posts[at]?.signature;
    assert.ok(typeof signature === 'object' && signature.ok, JSON.stringify(signature));
  };
  it('is told once, waits while its Secret is gone, and is told when that is back', async () => {
    await kubectl(['apply', '-f', '-'], secretManifest(SIGNING_KEY));
    await kubectl(['apply', '-f', '-'], webhookManifests(page.url, hook.url));
    await untilCondition('notificationchannel/ops', 'SecretFound', 'True Found');
    await run();
    assert.equal(hook.posts.length, 0);

    page.show('Basic costs 55 EUR a month');
    await run();
    await until('the webhook is posted', () => hook.posts.length > 0);
    isSigned(0);
    assert.match(hook.posts[0]?.raw ?? '', /55/);
    await run();
    assert.equal(hook.posts.length, 1);

    await kubectl(['delete', 'secret', 'hook']);
    // an edit of the channel lets its Secret be looked at now
    const edit = '{"spec":{"description":"edited"}}';
    await kubectl(['patch', 'notificationchannel/ops', '--type=merge', '-p', edit]);
    await untilCondition('notificationchannel/ops', 'SecretFound', 'False NotFound');
    assert.equal(await condition('notificationchannel/ops', 'Ready'), 'False SecretNotFound');
    assert.equal(await condition('monitorjob/plans', 'Ready'), 'True Ready');
    page.show('Basic costs 70 EUR a month');
    await run();
    const result = 'jsonpath={.status.lastDelivery.result}';
    await until(
      'the delivery waits',
      async () => (await kubectl(['get', 'notificationchannel/ops', '-o', result])) === 'pending',
    );
    assert.equal(hook.posts.length, 1);

    await kubectl(['apply', '-f', '-'], secretManifest(SIGNING_KEY));
    await until('the delivery arrives', () => hook.posts.length > 1);
    isSigned(1);
    assert.match(hook.posts[1]?.raw ?? '', /70/);
    await untilCondition('notificationchannel/ops', 'SecretFound', 'True Found');
    assert.equal(hook.posts.length, 2);

    const log = readFileSync(path.join(installation.data, 'logs', 'duckmon.log'), 'utf8');
    for (const text of [SIGNING_KEY, btoa(SIGNING_KEY)]) assert.ok(!log.includes(text));
  });
});
