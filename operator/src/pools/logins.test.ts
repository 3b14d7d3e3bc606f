import assert from 'node:assert/strict';
import type { MonitorJob, SourceStep } from '../../../crds/types/monitorjob.ts';
import { testSource } from '../../../services/core/testing/specs.ts';
import { jobOf } from '../controllers/monitorjob/testing.ts';
import { poolOf } from '../controllers/workerpool/testing.ts';
import { LABELS } from '../names.ts';
import { workspacesIn } from '../workspaces.ts';
import { LEVELS, ownPoolName, type Level } from './binding.ts';
import { loginOf, loginsOf } from './logins.ts';

const USERS = 'persons';
const from = {
  platformNamespace: 'duckmon',
  usersNamespace: USERS,
  workspaces: workspacesIn(USERS),
};
const TYPES: SourceStep = { type: { selector: '#p', fromSecretKey: 'password' } };
const job = (
  login: string,
  {
    level = 'Namespace',
    steps = [TYPES],
    poolRef,
    ...metadata
  }: {
    readonly level?: Level;
    readonly steps?: SourceStep[];
    readonly poolRef?: string;
  } & Partial<MonitorJob['metadata']> = {},
): MonitorJob =>
  jobOf(
    {
      sources: [testSource({ fetch: 'Auto' }), testSource({ name: 'second', steps })],
      session: { credentialsSecretRef: { name: login }, persist: false },
      isolation: { level, ...(poolRef === undefined ? {} : { poolRef: { name: poolRef } }) },
    },
    metadata,
  );
const inTeam = poolOf({}, { name: 'namespace-browser', namespace: 'team' });
const logins = (pool: typeof inTeam, ...jobs: readonly MonitorJob[]) => loginsOf(pool, jobs, from);

describe('operator: login Secrets of a WorkerPool', () => {
  it('are those that steps of its jobs type from, each once, in one order', () => {
    const jobs = ['duckmon-login-b', 'duckmon-login-a', 'duckmon-login-b'].map((login) =>
      job(login),
    );
    assert.deepEqual(logins(inTeam, ...jobs), ['duckmon-login-a', 'duckmon-login-b']);
    assert.deepEqual(logins(inTeam, ...jobs), logins(inTeam, ...jobs.toReversed()));
    assert.deepEqual(logins(inTeam, jobOf({ isolation: { level: 'Namespace' } })), []);
  });

  it('are named by a step with a code as well, and by a job whose steps type no secret not at all', () => {
    const code: SourceStep = { type: { selector: '#c', totpFromSecretKey: 'app' } };
    const plain: SourceStep[] = [{ type: { selector: '#u', value: 'duck' } }, { press: 'Enter' }];
    assert.equal(loginOf(job('duckmon-login-a', { steps: [code] })), 'duckmon-login-a');
    assert.equal(loginOf(job('duckmon-login-a', { steps: plain })), undefined);
    assert.deepEqual(logins(inTeam, job('duckmon-login-a', { steps: plain })), []);
  });

  it('E10 are never mounted by the browsers that all namespaces share, whoever names them', () => {
    const shared = poolOf();
    for (const level of LEVELS)
      for (const namespace of ['team', 'duckmon'])
        assert.deepEqual(
          logins(shared, job('duckmon-login-a', { level, namespace, poolRef: 'browser' })),
          [],
          `${level} ${namespace}`,
        );
  });

  it('are none of a job of the level Shared, of another namespace, or that is going', () => {
    const { metadata, ...rest } = job('duckmon-login-a');
    const going = {
      ...rest,
      metadata: { ...metadata, deletionTimestamp: '2026-03-10T12:00:00Z' },
    };
    for (const wrong of [
      job('duckmon-login-a', { level: 'Shared' }),
      job('duckmon-login-a', { namespace: 'other' }),
      going,
    ])
      assert.deepEqual(logins(inTeam, wrong), []);
  });

  it('are none without the prefix, nor of a pool that opens no pages', () => {
    for (const name of ['duckmon-keys-browser', 'login', 'x-duckmon-login-a'])
      assert.deepEqual(logins(inTeam, job(name)), [], name);
    const judges = poolOf({ role: 'LLM' }, inTeam.metadata);
    assert.deepEqual(logins(judges, job('duckmon-login-a')), []);
  });

  describe('among persons', () => {
    const of = (workspace: string, login: string, given: Parameters<typeof job>[1] = {}) =>
      job(login, {
        level: 'Dedicated',
        name: `${workspace}-shop`,
        namespace: USERS,
        labels: { [LABELS.workspace]: workspace },
        ...given,
      });
    const ownPool = (one: MonitorJob) => poolOf({}, { name: ownPoolName(one), namespace: USERS });
    const anna = of('anna', 'duckmon-login-anna-shop');

    it('E10 are those of the own workspace alone', () => {
      assert.deepEqual(logins(ownPool(anna), anna), ['duckmon-login-anna-shop']);
      const thief = of('bob', 'duckmon-login-anna-shop');
      assert.deepEqual(logins(ownPool(thief), thief), []);
    });

    it('E10 are mounted by no pods that take the checks of others', () => {
      for (const level of ['Namespace', 'Ephemeral'] as const) {
        const pool = poolOf({}, { name: 'ephemeral-browser', namespace: USERS });
        assert.deepEqual(logins(pool, of('anna', 'duckmon-login-anna-shop', { level })), []);
      }
    });

    it('stay where somebody else names the pool of a job, who gets none into it', () => {
      const pool = ownPool(anna);
      const guest = of('bob', 'duckmon-login-bob-shop', { poolRef: pool.metadata.name });
      assert.deepEqual(logins(pool, anna, guest), ['duckmon-login-anna-shop']);
    });

    it('are in a pool that jobs name when all of them are of one workspace', () => {
      const pool = poolOf({}, { name: 'large', namespace: USERS });
      const mine = of('anna', 'duckmon-login-anna-shop', { poolRef: 'large' });
      assert.deepEqual(logins(pool, mine), ['duckmon-login-anna-shop']);
      const theirs = of('bob', 'duckmon-login-bob-shop', { poolRef: 'large' });
      assert.deepEqual(logins(pool, mine, theirs), []);
    });
  });
});
