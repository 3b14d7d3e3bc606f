import assert from 'node:assert/strict';
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { createStore } from '../../kube/store.ts';
import { CONTROLLERS, LABELS, OWNED } from '../../names.ts';
import { BY_NAMESPACE } from '../../resources.ts';
import { poolOf } from '../workerpool/testing.ts';
import { browserPoolOf, type Level } from '../../pools/binding.ts';
import { isolationIn, keysOfJob, keysOfPool, onThisMachine } from './isolation.ts';
import { jobOf } from './testing.ts';

const PLATFORM = 'duckmon';
const USERS = 'duckmon-users';
const job = (name: string, level: Level, poolRef?: string, namespace = 'team'): MonitorJob =>
  jobOf(
    { isolation: { level, ...(poolRef && { poolRef: { name: poolRef } }) } },
    { name, namespace, uid: `uid-${namespace}-${name}` },
  );
const worldOf = (jobs: readonly MonitorJob[], judges: readonly WorkerPool[] = []) => {
  const store = createStore<MonitorJob>({
    indexes: { [BY_NAMESPACE]: ({ metadata }) => [metadata.namespace ?? ''] },
  });
  jobs.forEach((one) => store.put(one));
  return {
    jobs: store,
    pools: createStore<WorkerPool>(),
    judges: () => judges,
    platform: () => undefined,
    platformNamespace: PLATFORM,
    usersNamespace: USERS,
  };
};
const rivals = (...jobs: readonly MonitorJob[]): (string | undefined)[] =>
  jobs.map((one) => isolationIn(worldOf(jobs))(one).rival?.replace(/^the MonitorJob /, ''));

describe('operator: isolation of a job', () => {
  it('makes rivals of a Dedicated job and whoever names its pool, and of nobody else', () => {
    const alone = job('alone', 'Dedicated');
    const { name: own } = browserPoolOf(alone, PLATFORM);
    assert.deepEqual(rivals(alone, job('other', 'Dedicated')), [undefined, undefined]);
    assert.deepEqual(rivals(alone, job('guest', 'Namespace', own)), ['guest', undefined]);
    assert.deepEqual(rivals(alone, job('guest', 'Dedicated', own)), ['guest', 'alone']);
    assert.deepEqual(rivals(alone, job('guest', 'Dedicated', own, 'elsewhere')), [
      undefined,
      undefined,
    ]);
    assert.deepEqual(rivals(job('a', 'Ephemeral', 'mine'), job('b', 'Namespace', 'mine')), [
      undefined,
      undefined,
    ]);
  });

  it('says of a job that its browsers are shared, by its level or by the pool that it names', () => {
    const shares = (one: MonitorJob): boolean => isolationIn(worldOf([one]))(one).sharesBrowsers;
    assert.ok(shares(job('a', 'Shared')));
    assert.ok(shares(job('a', 'Namespace', 'browser', PLATFORM)));
    assert.ok(!shares(job('a', 'Namespace', 'browser')));
    assert.ok(!shares(job('a', 'Dedicated')));
  });

  it('names the first of several rivals, so that the message stays the same', () => {
    const jobs = ['c', 'a', 'b'].map((name) => job(name, 'Dedicated', 'mine'));
    assert.deepEqual(rivals(...jobs), ['a', 'b', 'a']);
  });

  it('makes a rival of every job for one that names the pool of everybody', () => {
    const greedy = job('greedy', 'Dedicated', 'browser', PLATFORM);
    assert.deepEqual(rivals(greedy, job('plain', 'Shared')), ['plain', undefined]);
  });

  it('knows the namespace of persons, and no other', () => {
    const among = (namespace: string) => {
      const one = job('a', 'Namespace', undefined, namespace);
      return isolationIn(worldOf([one]))(one).isAmongPersons;
    };
    assert.deepEqual([among(USERS), among('team')], [true, false]);
  });

  it('E10 holds no person up whose own pool another person names, but that other one', () => {
    const owner = job('a-shop', 'Dedicated', undefined, USERS);
    const { name } = browserPoolOf(owner, PLATFORM);
    const labels = { [OWNED.controller]: CONTROLLERS.Isolation, [LABELS.isolation]: 'Dedicated' };
    for (const level of ['Dedicated', 'Ephemeral'] as const) {
      const guest = job('b-shop', level, name, USERS);
      const world = worldOf([owner, guest]);
      world.pools.put(poolOf({}, { namespace: USERS, name, labels }));
      const [mine, theirs] = [owner, guest].map(isolationIn(world));
      assert.deepEqual([mine?.pool.kind, mine?.rival], ['noCapacity', undefined], level);
      assert.deepEqual([theirs?.pool.kind, theirs?.rival], ['unfit', undefined], level);
      assert.ok(theirs?.pool.kind === 'unfit');
      assert.match(theirs.pool.message, /made for another job alone; leave poolRef out/);
      assert.doesNotMatch(theirs.pool.message, /a-shop[^-]/);
    }
    const self = job('a-shop', 'Dedicated', name, USERS);
    const world = worldOf([self]);
    world.pools.put(poolOf({}, { namespace: USERS, name, labels }));
    assert.equal(isolationIn(world)(self).pool.kind, 'noCapacity');
  });

  it('makes rivals of persons who name one pool of somebody else', () => {
    const jobs = ['a', 'b'].map((name) => job(name, 'Dedicated', 'mine', USERS));
    assert.deepEqual(rivals(...jobs), ['b', 'a']);
  });

  it('E10 tells a person the names of their own jobs, and nothing of whose the others are', () => {
    const person = (workspace: string, name: string): MonitorJob => {
      const made = job(`${workspace}-${name}`, 'Dedicated', 'mine', USERS);
      return { ...made, metadata: { ...made.metadata, labels: { [LABELS.workspace]: workspace } } };
    };
    const ann = person('u-2', 'shop');
    assert.deepEqual(rivals(ann, person('u-1', 'flat'), person('u-2', 'stocks')), [
      'stocks',
      'a MonitorJob of somebody else',
      'shop',
    ]);
  });

  it('is that of a process on this machine, without pods', () => {
    assert.deepEqual(onThisMachine(PLATFORM), {
      pool: { kind: 'local', namespace: PLATFORM, name: 'local' },
      workers: null,
      rival: undefined,
      isAmongPersons: false,
      sharesBrowsers: false,
    });
  });

  it('finds the pool of its model among those that judge', () => {
    const small = poolOf(
      { role: 'LLM', model: { provider: 'OpenAI', name: 'small-1' } },
      { name: 'small' },
    );
    const one = jobOf({ judge: { model: 'small-1' } });
    assert.equal(isolationIn(worldOf([one], [small]))(one).workers?.llm?.name, 'small');
    assert.equal(isolationIn(worldOf([one]))(one).workers?.llm?.name, 'llm');
  });
});

describe('operator: what wakes jobs', () => {
  const jobs = [
    job('plain', 'Shared'),
    job('together', 'Namespace'),
    job('alone', 'Dedicated', 'mine'),
    job('guest', 'Ephemeral', 'mine'),
    job('far', 'Namespace', undefined, 'elsewhere'),
  ];
  const keysFor = (namespace: string, name: string, role: 'Browser' | 'LLM' = 'Browser') =>
    keysOfPool(poolOf({ role }, { namespace, name }), worldOf(jobs));

  it('is their own pool', () => {
    assert.deepEqual(keysFor(PLATFORM, 'browser'), ['team/plain']);
    assert.deepEqual(keysFor('team', 'namespace-browser'), ['team/together']);
    assert.deepEqual(keysFor('elsewhere', 'namespace-browser'), ['elsewhere/far']);
    assert.deepEqual(keysFor('team', 'mine'), ['team/alone', 'team/guest']);
    assert.deepEqual(keysFor('team', 'other'), []);
  });

  it('is every pool that judges', () => {
    assert.equal(keysFor(PLATFORM, 'llm', 'LLM').length, jobs.length);
  });

  it('is another job that comes to the pool of a Dedicated one, or leaves it', () => {
    const near = worldOf([...jobs, job('other', 'Ephemeral', 'mine')]);
    assert.deepEqual(keysOfJob(job('guest', 'Ephemeral', 'mine'), near), [
      'team/guest',
      'team/alone',
    ]);
    assert.deepEqual(keysOfJob(job('guest', 'Ephemeral'), near), ['team/guest']);
    assert.deepEqual(keysOfJob(job('plain', 'Shared'), near), ['team/plain']);
  });
});
