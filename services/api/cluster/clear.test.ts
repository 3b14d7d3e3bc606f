/** The end of accounts and workspaces of a real cluster, by the rights that the api has there. */
import assert from 'node:assert/strict';
import { ApiError } from '../../core/kube/errors.ts';
import { fakeClock } from '../../core/testing/clock.ts';
import { appendAudit } from '../../store/audit.ts';
import { eraseWorkspaces } from '../../store/erasure.ts';
import { NOON } from '../../store/testing/monitors.ts';
import { useDatabase } from '../../store/testing/suite.ts';
import { createClear } from '../admin/clear.ts';
import { job, secret } from '../testing/api.ts';
import { mailChannel } from '../testing/mail.ts';
import { clearPersonal } from './clear.ts';
import { homesIn } from './homes.ts';
import { usePeopleWorld, type PeopleWorld } from './testing/people.ts';

describe('the end of a person’s account in a cluster', function () {
  this.timeout(60_000);
  const world = usePeopleWorld();
  let ann: Awaited<ReturnType<PeopleWorld['signInWithOwn']>>;
  let bob: typeof ann;

  before(async () => {
    ann = await world().signInWithOwn('ann@end.example');
    bob = await world().signInWithOwn('bob@end.example');
    for (const who of [ann, bob]) {
      const documents = [
        secret(`duckmon-user-${who.own}-hook`),
        mailChannel('ops', 'ann@example.org'),
        job('shop'),
      ];
      const made = await who.call('POST', '/apply', { documents });
      assert.ok(!made.text.includes('refused'), made.text);
    }
  });

  const objects = async (workspace: string): Promise<string[]> => {
    const found = await world().cluster.kubectl([
      'get',
      'monitorjobs,notificationchannels,secrets',
      '-n',
      world().users,
      '-l',
      `mon.duckerhub.com/workspace=${workspace}`,
      '-o',
      'name',
    ]);
    return found.split('\n').filter((line) => line !== '');
  };

  it('E15 takes every object and Secret of the personal workspace along, and none of others', async () => {
    assert.equal((await objects(ann.own)).length, 3);
    const { users, cluster, api } = world();
    // What an administrator took out of the workspace is not the person’s any more.
    assert.equal((await ann.call('POST', '/monitors', job('moved'))).status, 201);
    const moved = ['monitorjob', `${ann.own}-moved`, '-n', users];
    await cluster.kubectl(['label', ...moved, 'mon.duckerhub.com/workspace-']);
    const ended = await ann.call('DELETE', '/account', { confirm: 'ann@end.example' });
    assert.equal(ended.status, 204, ended.text);
    assert.deepEqual(await objects(ann.own), []);
    assert.equal((await objects(bob.own)).length, 3);
    await cluster.kubectl(['get', ...moved]);
    assert.equal((await ann.call('GET', '/me')).status, 401);
    assert.deepEqual(await eraseWorkspaces(api.db.pool('mon_scheduler')), [ann.own]);
  });

  it('E15 sends the owner of a team’s namespace to kubectl, and deletes nothing', async () => {
    const { api, allow, teams, signIn } = world();
    const owner = await signIn('owner@end.example');
    const rules = [
      {
        apiGroups: ['mon.duckerhub.com'],
        resources: ['monitorjobs'],
        verbs: ['get', 'list', 'create', 'patch', 'delete'],
      },
    ];
    await allow(teams.two, 'owner@end.example', rules);
    await api.db.pool('postgres').query('UPDATE sessions SET stepped_up_at = $1', [api.time.now]);
    const body = { confirm: teams.two };
    const { status, json } = await owner.call('DELETE', '/workspaces/current', body, teams.two);
    assert.equal(status, 422, json.error.message);
    assert.match(
      json.error.message,
      new RegExp(`kubectl -n ${teams.two} delete monitorjobs,notificationchannels --all; .*erase`),
    );
    assert.equal((await owner.call('GET', '/monitors', undefined, teams.two)).status, 200);
  });
});

describe('taking a personal workspace out of a cluster', () => {
  const OWN = 'u-0123456789abcdef';
  const suite = useDatabase();
  const clock = fakeClock();
  const homes = homesIn('people');
  const live = (name: string) => ({
    metadata: { name, uid: 'uid', labels: { 'mon.duckerhub.com/workspace': OWN } },
  });
  const absent = (): ApiError => new ApiError(404, { reason: 'NotFound' }, 'GET');
  const deps = (kube: object) => {
    const sleep = async (ms: number): Promise<void> => clock.advance(ms);
    const all = { kube, homes, clock: { ...clock, sleep }, pool: suite.db.pool('mon_api') };
    return all as unknown as Parameters<typeof clearPersonal>[0];
  };
  const audited = (action: string, subject: string) =>
    suite.api((tx) => appendAudit(tx, OWN, { at: NOON, actor: 'user:x', action, subject }), OWN);
  before(async () => {
    await audited('apply created', 'MonitorJob/shop');
    await audited('apply created', `Secret/duckmon-user-${OWN}-hook`);
    await audited('delete', `Secret/duckmon-user-${OWN}-other`);
  });

  it('E15 waits for what somebody holds by a finalizer, and says so when it does not go', async () => {
    const kube = { get: async () => live(`${OWN}-shop`), delete: async () => {} };
    await assert.rejects(
      clearPersonal(deps(kube), OWN),
      /has not let go of the MonitorJob shop yet: .*nothing else was erased, try again/,
    );
  });

  it('takes it for done where everything is gone already', async () => {
    const asked: string[] = [];
    const kube = {
      get: async () => {
        throw absent();
      },
      delete: async (_resource: unknown, { name }: { name: string }) => {
        asked.push(name);
        throw absent();
      },
    };
    await clearPersonal(deps(kube), OWN);
    assert.deepEqual(asked, [`duckmon-user-${OWN}-hook`]);
  });

  it('stops at a cluster that does not answer', async () => {
    const kube = {
      get: async () => {
        throw new ApiError(500, {}, 'GET');
      },
    };
    await assert.rejects(clearPersonal(deps(kube), OWN));
  });

  it('E15 erases no history of a namespace that still has monitors, by the word of an administrator', async () => {
    const clear = createClear(
      { OBJECTS: 'cluster', USERS_NAMESPACE: 'people' },
      { ...deps({}), clock },
    );
    await clear('team');
    await suite.scheduler((tx) =>
      tx.query(
        `INSERT INTO monitors (workspace_id, name, uid, spec, managed_by, created_at, updated_at)
         VALUES ('team', 'shop', gen_random_uuid(), '{}', 'kubernetes', now(), now())`,
      ),
    );
    await assert.rejects(
      clear('team'),
      /still has 1 monitors and channels, .*kubectl -n team delete monitorjobs/,
    );
  });
});
