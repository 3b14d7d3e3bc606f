/** The data key is turned on a real API server while its keys seal rows of a real database. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../../services/core/clock.ts';
import type { Keyring } from '../../../../services/core/keyring.ts';
import type { Running } from '../../../../services/core/lifecycle.ts';
import {
  closeEnvelope,
  newEnvelope,
  sealSecret,
} from '../../../../services/scheduler/secrets/envelope.ts';
import { createSecretReader } from '../../../../services/scheduler/secrets/reader.ts';
import { createSeals, type Seals } from '../../../../services/scheduler/secrets/tend.ts';
import { useDatabase } from '../../../../services/store/testing/suite.ts';
import { SECRET } from '../../controllers/monitorplatform/kinds.ts';
import { until, usePlatformWorld } from '../../controllers/monitorplatform/testing/world.ts';
import { EVENTS } from '../../kube/eventObject.ts';
import { ANNOTATIONS, PLATFORM_NAME, SECRETS } from '../../names.ts';
import { MONITOR_PLATFORMS } from '../../resources.ts';

/** As if what waits for a time had waited. */
const AGE_MS = 11 * 60_000;
/** 100,000 as the design has it, when somebody has the time. */
const WORKSPACES = Number(process.env['DUCKMON_SEALED_ROWS'] ?? 200);
const BATCH = 2_000;

describe('the data key on a real API server', function () {
  this.timeout(Math.max(90_000, WORKSPACES * 60));
  const world = usePlatformWorld();
  const suite = useDatabase();
  /** The file as the scheduler has it: as late as the test wants. */
  let mounted: Keyring = { keys: [] };
  let seals: Seals;

  const mount = async (): Promise<void> => {
    mounted = { keys: [...(await world().ring(SECRETS.dataKey))] };
  };
  /** @param at null takes it back: keys that a test makes older would be replaced as well. */
  const ask = (at: string | null = new Date().toISOString()): Promise<unknown> =>
    world().transport.mergePatch(
      MONITOR_PLATFORMS,
      { namespace: world().namespace, name: PLATFORM_NAME },
      { metadata: { annotations: { [ANNOTATIONS.rotateDataKeyRequestedAt]: at } } },
    );
  const ring = (...states: readonly string[]) =>
    until(`a data key ring of ${states.join(', ')}`, async () => {
      const keys = await world().ring(SECRETS.dataKey);
      return keys.map(({ state }) => state).join() === states.join() ? keys : undefined;
    });
  const age = () => world().age(SECRETS.dataKey, AGE_MS);
  const reason = (wanted: string) => world().condition('DataKeyRotating', wanted);
  const reader = () =>
    createSecretReader(suite.db.pool('mon_scheduler'), () => mounted, systemClock);
  const put = (workspace: string): Promise<unknown> =>
    reader().put({
      workspace,
      kind: 'Secret',
      name: 'mail',
      data: { token: workspace },
      managedBy: null,
    });
  /** A Secret in each of them, sealed as the reader seals; one by one would take hours. */
  const fill = async (workspaces: readonly string[]): Promise<void> => {
    const superuser = suite.db.pool('postgres');
    for (let at = 0; at < workspaces.length; at += BATCH) {
      const batch = workspaces.slice(at, at + BATCH).map((workspace) => {
        const empty = newEnvelope(workspace, systemClock.now());
        const { sealed, envelope } = sealSecret(empty, 'mail', { token: workspace });
        return { workspace, sealed, row: closeEnvelope(mounted, envelope) };
      });
      const ids = batch.map(({ workspace }) => workspace);
      await superuser.query(
        `INSERT INTO workspaces (id, display_name, kind, created_at)
         SELECT id, id, 'team', now() FROM unnest($1::text[]) AS id`,
        [ids],
      );
      await superuser.query(
        `INSERT INTO data_keys (workspace_id, id, wrapped, wrapped_by, versions, created_at)
         SELECT *, now() FROM unnest($1::text[], $2::uuid[], $3::bytea[], $4::text[], $5::bytea[])`,
        [
          ids,
          batch.map(({ row }) => row.id),
          batch.map(({ row }) => row.wrapped),
          batch.map(({ row }) => row.wrappedBy),
          batch.map(({ row }) => row.versions),
        ],
      );
      await superuser.query(
        `INSERT INTO secrets (workspace_id, kind, name, keys, content, data_key_id, created_at, updated_at)
         SELECT id, 'Secret', 'mail', '{token}', content, key, now(), now()
         FROM unnest($1::text[], $2::bytea[], $3::text[]) AS sealed (id, content, key)`,
        [
          ids,
          batch.map(({ sealed }) => sealed.content),
          batch.map(({ sealed }) => sealed.dataKeyId),
        ],
      );
    }
  };
  const read = (workspace: string) => reader().secret(workspace, 'mail', 'token');
  const begin = async (): Promise<Running> => {
    const { start, fleet, schedulerMount, scheduler } = world();
    const running = await start();
    await ring('current');
    await mount();
    seals = createSeals(suite.db.pool('mon_scheduler'), () => mounted, systemClock);
    scheduler.knowKeys(fleet.table(schedulerMount, [], seals).answer);
    await reason('NotRotating');
    return running;
  };
  beforeEach(() => suite.db.pool('postgres').query('DELETE FROM data_keys'));

  it(`G17 is turned with ${WORKSPACES} wrapped keys in use: none fails, and then the old one goes`, async () => {
    const workspaces = Array.from({ length: WORKSPACES }, (_, n) => `w${n}`);
    const first = await begin();
    // sealing leaves the operator no time to renew its lease
    await first.stop();
    await fill(workspaces);
    await world().start();
    const turning = new AbortController();
    let used = 0;
    const using = (async () => {
      for (; !turning.signal.aborted; used += 1) {
        const workspace = workspaces[used % workspaces.length] ?? '';
        assert.equal(await read(workspace), workspace);
        if (used % 10 === 0) await put(workspace);
        await systemClock.sleep(10);
      }
    })();

    const [old] = await ring('current');
    await ask();
    const published = await ring('next', 'current');
    await reason('Publishing');
    await ask(null);
    await age();
    // the scheduler does not have it yet, and is waited for
    await reason('WaitingForReaders');
    await ring('next', 'current');
    await mount();
    await ring('current', 'previous');
    assert.equal(published[1]?.kid, old?.kid);
    await mount();
    // those that were written meanwhile are under the new one already
    const { previous } = (await seals.count()).workspace;
    assert.ok(previous > WORKSPACES / 2);
    const held = await reason('SealingAgain');
    assert.match(held.message, new RegExp(`${old?.kid} .* needed by ${previous} keys`));
    const began = systemClock.monotonic();
    const progress: number[] = [];
    for (let left = WORKSPACES; left > 0; progress.push(left)) {
      await seals.tend({ now: systemClock.now(), limit: BATCH });
      left = (await seals.count()).workspace.previous;
    }
    const seconds = (systemClock.monotonic() - began) / 1000;
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => b - a),
    );
    await reason('Settling');
    await age();
    await seals.count();
    const [left] = await ring('current');
    assert.equal(left?.kid, published[0]?.kid);
    await mount();
    await reason('NotRotating');
    const before = used;
    await until('uses under the new key alone', () => used > before + 50 || undefined);
    turning.abort();
    await using;
    for (const workspace of workspaces.slice(0, 500))
      assert.equal(await read(workspace), workspace);
    const { status } = await world().platform();
    const data = status?.keys?.filter((key) => key.ring === 'Data');
    assert.deepEqual(
      data?.map(({ kid, state }) => [kid, state]),
      [[left?.kid, 'Current']],
    );
    console.log(`      ${WORKSPACES} keys wrapped anew in ${seconds.toFixed(1)} s, ${used} uses`);
    const events = (await world().transport.list(EVENTS, { namespace: world().namespace })).items;
    for (const wanted of ['KeyPublished', 'KeyPromoted', 'KeyDropped'])
      assert.ok(
        events.some((event) => event.reason === wanted && event.note?.includes(SECRETS.dataKey)),
        wanted,
      );
  });

  it('G17 goes on turning where a killed operator stopped, and none of both keys is lost', async () => {
    const first = await begin();
    await put('team');
    await ask();
    const published = await ring('next', 'current');
    const kids = published.map(({ kid }) => kid);
    await first.stop();
    const second = await world().start();
    await mount();
    await age();
    const promoted = await ring('current', 'previous');
    await second.stop();
    await mount();
    assert.equal(await read('team'), 'team');
    await put('team');
    await world().start();
    await seals.count();
    await reason('Settling');
    for (const keys of [promoted, await ring('current', 'previous')])
      assert.deepEqual(
        keys.map(({ kid }) => kid),
        kids,
      );
    assert.equal(await read('team'), 'team');
  });

  it('is lost with its Secret in the middle of a turn, and never made anew', async () => {
    const { transport, namespace, condition, secret } = world();
    await begin();
    await put('team');
    await ask();
    await ring('next', 'current');
    await until('both keys in the status', async () => {
      const { status } = await world().platform();
      return status?.keys?.filter(({ ring: name }) => name === 'Data').length === 2 || undefined;
    });
    await transport.delete(SECRET, { namespace, name: SECRETS.dataKey });
    await condition('DataKeyLost', 'SecretDeleted');
    assert.equal(await secret(SECRETS.dataKey), undefined);
  });
});
