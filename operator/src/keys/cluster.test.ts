/** Root keys, derived keys and their rotation on a real API server. */
import assert from 'node:assert/strict';
import { serviceKeyFile } from '../../../services/core/serviceKeys.ts';
import { clusterKeys } from '../../../services/core/workloadIdentity/clusterKeys.ts';
import { keyOf as objectKey } from '../kube/keys.ts';
import { EVENTS } from '../kube/eventObject.ts';
import { ANNOTATIONS, PLATFORM_NAME, SECRETS } from '../names.ts';
import { MONITOR_PLATFORMS } from '../resources.ts';
import { SECRET } from '../controllers/monitorplatform/kinds.ts';
import {
  until,
  usePlatformWorld,
  type PlatformWorld,
} from '../controllers/monitorplatform/testing/world.ts';
import { KEY_FILES, KEY_HOLDERS } from './derived.ts';

const TIMEOUT_MS = 90_000;
const OVERLAP_MS = 16 * 60_000;

describe('keys on a real API server', function () {
  this.timeout(TIMEOUT_MS);
  const world = usePlatformWorld();

  const events = async ({ transport, namespace }: PlatformWorld): Promise<string[]> =>
    (await transport.list(EVENTS, { namespace })).items.map(({ reason }) => reason);
  const event = (reason: string): Promise<string> =>
    until(`an Event ${reason}`, async () => (await events(world())).find((one) => one === reason));
  const ask = (
    { transport, namespace }: PlatformWorld,
    annotation: string,
    at: string | null = new Date().toISOString(),
  ): Promise<unknown> =>
    transport.mergePatch(
      MONITOR_PLATFORMS,
      { namespace, name: PLATFORM_NAME },
      { metadata: { annotations: { [annotation]: at } } },
    );

  it('are all made at the first start: three roots, and what each service may hold', async () => {
    const { start, secret, condition, platform } = world();
    await start();
    await condition('SchedulerReachable', 'Reachable');
    for (const name of Object.values(SECRETS).filter((name) => !name.endsWith('-')))
      assert.equal((await secret(name))?.type, 'Opaque', name);
    for (const service of KEY_HOLDERS) {
      const text = (await secret(`${SECRETS.keysPrefix}${service}`))?.data?.[KEY_FILES.service];
      const file = serviceKeyFile.parse(JSON.parse(Buffer.from(text ?? '', 'base64').toString()));
      assert.equal(file.service, service);
    }
    const { status } = await platform();
    assert.deepEqual(
      status?.keys?.map(({ ring, state }) => `${ring} ${state}`),
      ['Internal Current', 'Jwt Current', 'Data Current'],
    );
    assert.ok(Date.parse(status?.nextRotation ?? '') > Date.now());
    await event('KeysCreated');
  });

  it("carry the cluster's own public keys, by which callees check service accounts", async () => {
    const { start, condition, secret } = world();
    await start();
    await condition('SchedulerReachable', 'Reachable');
    const text = (await secret('duckmon-keys-browser'))?.data?.[KEY_FILES.clusterKeys] ?? '';
    const known = clusterKeys.parse(JSON.parse(Buffer.from(text, 'base64').toString()));
    assert.equal(known.namespace, world().namespace);
    assert.match(known.issuer, /^https:/);
  });

  it('are made anew when their Secret is deleted, and the loss is told', async () => {
    const { start, condition, secret, ring, transport, namespace, fleet, scheduler } = world();
    const mount = world().schedulerMount;
    scheduler.knowKeys(fleet.table(mount, []).answer);
    await start();
    await condition('KeysLost', 'NotLost');
    const [before] = await ring(SECRETS.internalKey);
    // the condition holds until every reader has the new key: a slow one lets it be seen
    mount.freeze(true);
    await transport.delete(SECRET, { namespace, name: SECRETS.internalKey });
    const lost = await condition('KeysLost', 'SecretDeleted');
    assert.equal(lost.status, 'True');
    const [after] = await ring(SECRETS.internalKey);
    assert.ok(after && after.kid !== before?.kid);
    await event('KeysLost');
    assert.ok(await secret(SECRETS.internalKey));
    mount.freeze(false);
    await condition('KeysLost', 'NotLost');
  });

  it('that encrypt what is stored are never made anew', async () => {
    const { start, condition, secret, transport, namespace } = world();
    await start();
    await condition('DataKeyLost', 'NotLost');
    await until('a recorded data key', async () =>
      (await world().platform()).status?.keys?.find(({ ring }) => ring === 'Data'),
    );
    await transport.delete(SECRET, { namespace, name: SECRETS.dataKey });
    await condition('DataKeyLost', 'SecretDeleted');
    await event('DataKeyLost');
    assert.equal(await secret(SECRETS.dataKey), undefined);
  });

  it('that a person gave are taken over and never written', async () => {
    const { kubectl, start, condition, secret } = world();
    const given = 'INTERNAL_API_KEY=given-by-a-person-and-long-enough';
    const name = SECRETS.internalKey;
    await kubectl(['create', 'secret', 'generic', name, `--from-literal=${given}`]);
    const before = await secret(name);
    await start();
    await condition('KeysCurrent', 'Adopted');
    await condition('SchedulerReachable', 'Reachable');
    assert.deepEqual(await secret(name), before);
  });

  it('that pods mount are repaired when they are edited or deleted', async () => {
    const { start, condition, secret, transport, namespace } = world();
    await start();
    await condition('SchedulerReachable', 'Reachable');
    const name = 'duckmon-keys-browser';
    const wanted = (await secret(name))?.data;
    const edit = { data: { [KEY_FILES.service]: 'e30=', 'more.json': 'e30=' } };
    await transport.mergePatch(SECRET, { namespace, name }, edit);
    await until('the edited Secret as it was', async () => {
      const { data } = (await secret(name)) ?? {};
      return data?.[KEY_FILES.service] === wanted?.[KEY_FILES.service] ? data : undefined;
    });
    await transport.delete(SECRET, { namespace, name });
    const again = await until('the deleted Secret', () => secret(name));
    assert.deepEqual(again.data, wanted);
    assert.equal(objectKey(again), `${namespace}/${name}`);
  });

  it('B3 turn under 100 calls a second without one that fails: published, acknowledged, promoted, dropped', async () => {
    const { start, fleet, schedulerMount, scheduler, condition, states, age, ring } = world();
    await start();
    const mount = fleet.mount('browser', 1_500);
    const browser = await fleet.callee('browser', mount);
    const callees = [{ service: 'browser', url: browser.url }] as const;
    scheduler.knowKeys(fleet.table(schedulerMount, callees).answer);
    await condition('KeysCurrent', 'AllCurrent');
    await until('keys in every process', () =>
      mount.keys().callers['scheduler']?.length === 1 ? true : undefined,
    );
    const [old] = await states('current');
    const traffic = fleet.traffic(schedulerMount, 'browser', browser.url, 100);
    await ask(world(), ANNOTATIONS.rotateRequestedAt);
    const published = await states('current', 'next');
    const next = published.find(({ state }) => state === 'next')?.kid;
    const promoted = await states('current', 'previous');
    assert.deepEqual(
      promoted.map(({ kid, state }) => [kid, state]),
      [
        [old?.kid, 'previous'],
        [next, 'current'],
      ],
    );
    await until('calls under the new key', () =>
      schedulerMount.keys().calls['browser']?.find((key) => key.state === 'current')?.kid ===
      `${next}-scheduler`
        ? true
        : undefined,
    );
    await ask(world(), ANNOTATIONS.rotateRequestedAt, null);
    await age(SECRETS.internalKey, OVERLAP_MS);
    const [left] = await states('current');
    assert.equal(left?.kid, next);
    await until('the old key is nowhere', () =>
      mount.keys().callers['scheduler']?.length === 1 ? true : undefined,
    );
    // Keys of tokens go by time: published for as long as a list of them may be cached.
    assert.equal((await condition('KeysCurrent', 'Rotating')).status, 'True');
    await age(SECRETS.jwtSecret, OVERLAP_MS);
    await until('the promoted key of tokens', async () =>
      (await ring(SECRETS.jwtSecret)).find(({ state }) => state === 'previous'),
    );
    await age(SECRETS.jwtSecret, OVERLAP_MS);
    await condition('KeysCurrent', 'AllCurrent');
    assert.equal((await ring(SECRETS.jwtSecret)).length, 1);
    // The last of them after the old key is gone.
    const before = traffic.sent();
    await until('300 calls more', () => traffic.sent() > before + 300 || undefined);
    assert.deepEqual((await traffic.stop()).failed, []);
    for (const reason of ['KeyPublished', 'KeyPromoted', 'KeyDropped']) await event(reason);
  });

  it('B4 wait for a reader that hangs, which the status names, and for no longer than it hangs', async () => {
    const { start, fleet, schedulerMount, scheduler, condition, states } = world();
    await start();
    const mount = fleet.mount('browser', 200);
    const browser = await fleet.callee('browser', mount);
    const callees = [{ service: 'browser', url: browser.url }] as const;
    scheduler.knowKeys(fleet.table(schedulerMount, callees).answer);
    await condition('KeysCurrent', 'AllCurrent');
    await until('keys at the browser', () =>
      mount.keys().callers['scheduler']?.length === 1 ? true : undefined,
    );
    mount.freeze(true);
    await ask(world(), ANNOTATIONS.rotateRequestedAt);
    await states('current', 'next');
    await until('the browser alone is named', async () => {
      const { message } = await condition('KeysCurrent', 'WaitingForReaders');
      return message.includes(`waits for browser at 127.0.0.1:${browser.port},`) || undefined;
    });
    const traffic = fleet.traffic(schedulerMount, 'browser', browser.url, 20);
    await states('current', 'next');
    mount.freeze(false);
    await states('current', 'previous');
    assert.deepEqual((await traffic.stop()).failed, []);
  });

  it('go on turning where a killed operator stopped, under the same names', async () => {
    const { start, fleet, schedulerMount, scheduler, condition, states } = world();
    const first = await start();
    const mount = fleet.mount('browser', 200);
    const browser = await fleet.callee('browser', mount);
    const callees = [{ service: 'browser', url: browser.url }] as const;
    scheduler.knowKeys(fleet.table(schedulerMount, callees).answer);
    await condition('KeysCurrent', 'AllCurrent');
    mount.freeze(true);
    await ask(world(), ANNOTATIONS.rotateRequestedAt);
    const published = await states('current', 'next');
    await first.stop();
    await start();
    await condition('KeysCurrent', 'WaitingForReaders');
    assert.deepEqual(
      (await states('current', 'next')).map(({ kid }) => kid),
      published.map(({ kid }) => kid),
    );
    mount.freeze(false);
    const promoted = await states('current', 'previous');
    assert.deepEqual(
      promoted.map(({ kid }) => kid),
      published.map(({ kid }) => kid),
    );
  });

  it('name an annotation that is no time, and do nothing for it', async () => {
    const { start, condition, transport, namespace, states } = world();
    await start();
    await condition('SchedulerReachable', 'Reachable');
    await transport.mergePatch(
      MONITOR_PLATFORMS,
      { namespace, name: PLATFORM_NAME },
      { metadata: { annotations: { [ANNOTATIONS.rotateRequestedAt]: 'now' } } },
    );
    await until('the annotation is named', async () => {
      const { status } = await world().platform();
      const found = status?.conditions?.find(({ type }) => type === 'KeysCurrent');
      return found?.message?.includes('rotate-requested-at must be a time') || undefined;
    });
    await states('current');
  });
});
