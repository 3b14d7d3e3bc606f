import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MonitorJobStatus } from '../../../../crds/types/monitorjob.ts';
import type { MonitorState } from '../../../../services/core/contracts/projection.ts';
import { ANNOTATIONS, CONDITIONS } from '../../names.ts';
import { LEVELS, type Level } from '../../pools/binding.ts';
import { planJob } from './plan.ts';
import { isUrgent, planStatus } from './status.ts';
import { answered, inputOf, jobOf, jobSpec, stateOf } from './testing.ts';
import type { JobInput, ProjectionAnswer, StatusPlan } from './types.ts';

const statusOf = (
  patch: Partial<JobInput> = {},
  answer: ProjectionAnswer | undefined = answered(),
): StatusPlan => {
  const input = inputOf(patch);
  return planStatus(input, planJob(input), answer);
};
const claim = (plan: StatusPlan, type: string) => plan.claims.find((it) => it.type === type);
const told = (plan: StatusPlan, type: string): string => {
  const found = claim(plan, type);
  return `${found?.status} ${found?.reason}`;
};
/** The status as the object shows it afterwards. */
const shownBy = ({ status, claims }: StatusPlan): MonitorJobStatus => ({
  ...status,
  conditions: claims.map((one) => ({ ...one, lastTransitionTime: '2026-03-10T12:00:00Z' })),
});
const unreachable: ProjectionAnswer = {
  kind: 'failed',
  message: 'The scheduler cannot be reached.',
  conflict: false,
};

describe('operator: status of a MonitorJob', () => {
  it('is Ready in the very pass in which the scheduler took it', () => {
    const plan = statusOf({}, answered('created'));
    assert.deepEqual(
      plan.claims.map(({ type, status }) => `${type} ${status}`),
      [
        'Accepted True',
        'Scheduled True',
        'Ready True',
        'Healthy Unknown',
        'BudgetOK Unknown',
        'Paused False',
      ],
    );
    assert.equal(plan.status.observedGeneration, 3);
    assert.deepEqual(plan.status.pool, { namespace: 'duckmon', name: 'browser' });
  });

  it('says what the scheduler knows', () => {
    const state = stateOf({
      lastCheck: {
        time: '2026-03-10T12:00:00.000Z',
        outcome: 'Alerted',
        verdict: 'match',
        relevance: 90,
        message: 'Price fell',
      },
      openFindings: 2,
      lastHandledRunRequest: 'now',
    });
    const { status } = statusOf({ state });
    assert.deepEqual(status.lastCheck, state.lastCheck);
    assert.equal(status.openFindings, 2);
    assert.equal(status.lastHandledRunRequest, 'now');
    assert.equal(status.monthCostUSD, '0');
    assert.equal('lastChange' in status, false);
  });

  it('keeps what the checks said until the scheduler is heard', () => {
    const state = stateOf({
      openFindings: 2,
      lastHandledRunRequest: 'now',
      conditions: [
        {
          type: 'Healthy',
          status: 'False',
          reason: 'Captcha',
          message: 'A captcha.',
          lastTransitionTime: '2026-03-10T12:00:00.000Z',
        },
      ],
    });
    const heard = statusOf({ state });
    const unheard = statusOf({ job: { ...jobOf(), status: shownBy(heard) } });
    assert.deepEqual(unheard.status, heard.status);
    assert.deepEqual(unheard.claims, heard.claims);
  });

  it('leaves out a cost that nobody knows', () => {
    assert.equal(
      'monthCostUSD' in statusOf({ state: stateOf({ monthCostUsd: null }) }).status,
      false,
    );
  });

  it('stays Ready when the page is broken', () => {
    const state = stateOf({
      consecutiveFailures: 3,
      conditions: [
        {
          type: 'Healthy',
          status: 'False',
          reason: 'Captcha',
          message: '',
          lastTransitionTime: '2026-03-10T12:00:00.000Z',
        },
      ],
    });
    const lastCheck = { ...stateOf().lastCheck, outcome: 'NotJudgeable', message: 'A captcha.' };
    const plan = statusOf({ state: { ...state, lastCheck } as MonitorState });
    assert.equal(claim(plan, 'Healthy')?.message, 'A captcha.');
    assert.equal(told(plan, 'Healthy'), 'False Captcha');
    assert.equal(told(plan, 'Ready'), 'True Ready');
  });

  it('stays Ready when it is suspended, and says so', () => {
    const plan = statusOf({ job: jobOf({ suspend: true }) });
    assert.equal(told(plan, 'Scheduled'), 'True Suspended');
    assert.equal(told(plan, 'Ready'), 'True Ready');
    assert.equal(told(plan, 'Paused'), 'True Suspended');
  });

  it('says that the platform is frozen', () => {
    assert.equal(told(statusOf({ frozen: true }), 'Scheduled'), 'True Frozen');
  });

  it('is not accepted with what the scheduler refused, field first', () => {
    const plan = statusOf(
      {},
      answered('refused', [
        { path: 'spec.schedule.cron', message: 'never comes' },
        { path: 'spec.x', message: 'no' },
      ]),
    );
    assert.equal(told(plan, 'Accepted'), 'False Invalid');
    assert.equal(claim(plan, 'Accepted')?.message, 'spec.schedule.cron: never comes (and 1 more)');
    assert.equal(told(plan, 'Scheduled'), 'False NotAccepted');
    assert.equal(told(plan, 'Ready'), 'False NotAccepted');
  });

  it('is scheduled and not Ready while a channel is missing', () => {
    const job = jobOf({ alerting: { ...jobSpec().alerting, channelRefs: [{ name: 'ops' }] } });
    const plan = statusOf({ job });
    assert.equal(told(plan, 'Accepted'), 'False ChannelNotFound');
    assert.equal(told(plan, 'Scheduled'), 'True Scheduled');
    assert.equal(told(plan, 'Ready'), 'False NotAccepted');
  });

  it('says that the scheduler cannot be reached', () => {
    const plan = statusOf({}, unreachable);
    assert.equal(told(plan, 'Accepted'), 'True Accepted');
    assert.equal(told(plan, 'Scheduled'), 'False SchedulerUnreachable');
    assert.equal(told(plan, 'Ready'), 'False NotScheduled');
  });

  it('says when another owner has the name already', () => {
    const plan = statusOf({}, { kind: 'failed', message: 'managed by shop.yaml', conflict: true });
    assert.equal(told(plan, 'Accepted'), 'False NameConflict');
  });

  it('tells a pool without pods from no pool at all', () => {
    const pool = { kind: 'noCapacity', namespace: 'duckmon', name: 'browser' } as const;
    assert.equal(told(statusOf({ pool }), 'Scheduled'), 'False NoCapacity');
    const none = { kind: 'none', message: 'There is no pool.' } as const;
    const plan = statusOf({ pool: none });
    assert.equal(told(plan, 'Scheduled'), 'False PoolNotFound');
    assert.equal('pool' in plan.status, false);
  });

  it('says where to look when a pool has no pods, and that an Ephemeral one cannot make them', () => {
    const pool = { kind: 'noCapacity', namespace: 'team', name: 'mine' } as const;
    const message = (level: Level) =>
      claim(statusOf({ pool, job: jobOf({ isolation: { level } }) }), 'Scheduled')?.message;
    assert.equal(
      message('Namespace'),
      'The WorkerPool mine in the namespace team has no ready pod, so that checks wait; kubectl -n team describe workerpool mine says why.',
    );
    assert.match(message('Ephemeral') ?? '', /^The WorkerPool mine in .* cannot make pods, so/);
  });

  it('is scheduled on one machine at every level, and says above Shared what that means there', () => {
    const pool = { kind: 'local', namespace: 'duckmon', name: 'local' } as const;
    for (const level of LEVELS) {
      const plan = statusOf({ pool, job: jobOf({ isolation: { level } }) });
      assert.equal(told(plan, 'Scheduled'), 'True Scheduled');
      assert.deepEqual(plan.status.pool, { namespace: 'duckmon', name: 'local' });
      const { message = '' } = claim(plan, 'Scheduled') ?? {};
      if (level === 'Shared') assert.equal(message, '');
      else assert.match(message, /^Each check has a browser process of its own on this machine/);
    }
  });

  it('is neither accepted nor scheduled with a pool that it may not use', () => {
    const job = jobOf({ isolation: { level: 'Namespace' } });
    const unfit = { kind: 'unfit', message: 'It is of somebody else.' } as const;
    const plan = statusOf({ job, pool: unfit });
    assert.equal(told(plan, 'Accepted'), 'False PoolNotFound');
    assert.equal(told(plan, 'Scheduled'), 'False NotAccepted');
    assert.equal(claim(plan, 'Ready')?.message, 'It is of somebody else.');
    assert.equal('pool' in plan.status, false);
    assert.equal(told(statusOf({ pool: unfit }), 'Scheduled'), 'False PoolNotFound');
  });

  it('shows in the plan of a dry run which pool the operator would make', () => {
    const annotations = { [ANNOTATIONS.dryRun]: 'true' };
    const job = jobOf({ isolation: { level: 'Namespace' } }, { annotations });
    const none = { kind: 'none', message: 'There is no pool yet.' } as const;
    assert.equal(
      statusOf({ job, pool: none }, undefined).status.plan?.[1],
      'There is no pool yet.',
    );
  });

  it('shows a schedule that the scheduler cannot follow, of this generation only', () => {
    const conditions = [
      {
        type: 'Scheduled',
        status: 'False' as const,
        reason: 'ScheduleInvalid',
        message: 'no such date',
        lastTransitionTime: '2026-03-10T12:00:00.000Z',
      },
    ];
    assert.equal(
      told(statusOf({ state: stateOf({ conditions }) }), 'Scheduled'),
      'False ScheduleInvalid',
    );
    const old = stateOf({ conditions, generation: 2 });
    assert.equal(told(statusOf({ state: old }), 'Scheduled'), 'True Scheduled');
  });

  it('shows the plan of a dry run and is not scheduled', () => {
    const job = jobOf({}, { annotations: { [ANNOTATIONS.dryRun]: 'true' } });
    const plan = statusOf({ job }, undefined);
    assert.equal(told(plan, 'Scheduled'), 'False DryRun');
    assert.deepEqual(plan.status.plan, [
      'watch https://shop.example/p/1 in the workspace team',
      'use the pool duckmon/browser',
    ]);
  });

  it('says that the annotation keeps the operator away', () => {
    const job = jobOf({}, { annotations: { [ANNOTATIONS.reconcile]: 'disabled' } });
    const plan = statusOf({ job }, undefined);
    assert.equal(told(plan, 'Paused'), 'True ReconcileDisabled');
    assert.equal(told(plan, 'Scheduled'), 'False ReconcileDisabled');
  });

  it('is urgent when a run was answered, an outcome turned or a page changed, and not for times', () => {
    const state = stateOf();
    const shown = shownBy(statusOf({ state }));
    const after = (patch: Partial<MonitorState>) =>
      isUrgent(shown, statusOf({ state: stateOf(patch) }));
    const { lastCheck } = state;
    assert.ok(lastCheck);
    assert.equal(after({ nextCheck: '2026-03-10T12:30:00.000Z' }), false);
    assert.equal(after({ lastCheck: { ...lastCheck, time: '2026-03-10T12:15:00.000Z' } }), false);
    assert.equal(after({ lastHandledRunRequest: 'now' }), true);
    assert.equal(after({ lastCheck: { ...lastCheck, outcome: 'Alerted' } }), true);
    assert.equal(after({ lastChange: '2026-03-10T12:15:00.000Z' }), true);
    assert.equal(after({ openFindings: 1 }), true);
  });

  it('is urgent when another pool fetches the pages, or somebody wrote that one does', () => {
    const shown = shownBy(statusOf());
    const other = { kind: 'live', namespace: 'team', name: 'mine' } as const;
    assert.equal(isUrgent(shown, statusOf({ pool: other })), true);
    const spoofed = { ...shown, pool: { namespace: 'kube-system', name: 'browser' } };
    assert.equal(isUrgent(spoofed, statusOf()), true);
  });

  it('is urgent when another thing keeps it from being Ready, and not when a check gives another reason', () => {
    const shown = shownBy(statusOf());
    assert.equal(isUrgent(shown, statusOf()), false);
    assert.equal(isUrgent(shown, statusOf({ frozen: true })), true);
    assert.equal(isUrgent(shown, statusOf({ state: stateOf({ lastCheck: null }) })), false);
  });

  it('is not urgent when the scheduler first tells of a job that was not checked yet', () => {
    const state = stateOf({ lastCheck: null, nextCheck: '2026-03-10T12:30:00.000Z' });
    assert.equal(isUrgent(shownBy(statusOf()), statusOf({ state })), false);
  });

  it('makes an Event of what turned bad, once', () => {
    const first = statusOf({}, unreachable);
    assert.deepEqual(
      first.events.map(({ type, reason }) => `${type} ${reason}`),
      ['Warning SchedulerUnreachable'],
    );
    const job = jobOf();
    job.status = {
      conditions: first.claims.map((it) => ({
        ...it,
        lastTransitionTime: '',
        observedGeneration: 3,
      })),
    };
    assert.deepEqual(statusOf({ job }, unreachable).events, []);
  });

  it('gives reasons of the closed list only, that Kubernetes takes, and one of each type', () => {
    const answer = fc.constantFrom<(ProjectionAnswer | undefined)[]>(
      answered('created'),
      answered('refused', [{ path: 'spec', message: 'no' }]),
      unreachable,
      { kind: 'failed', message: 'taken', conflict: true },
      undefined,
    );
    const pool = fc.constantFrom<JobInput['pool'][]>(
      { kind: 'live', namespace: 'a', name: 'b' },
      { kind: 'noCapacity', namespace: 'a', name: 'b' },
      { kind: 'local', namespace: 'a', name: 'b' },
      { kind: 'none', message: 'none' },
      { kind: 'unfit', message: 'unfit' },
    );
    const isolation = fc.constantFrom<JobInput['job']['spec']['isolation'][]>(
      ...LEVELS.map((level) => ({ level })),
      { level: 'Dedicated', poolRef: { name: 'mine' } },
    );
    const words = CONDITIONS.MonitorJob;
    fc.assert(
      fc.property(
        fc.record({
          frozen: fc.boolean(),
          suspend: fc.boolean(),
          missing: fc.boolean(),
          rival: fc.option(fc.constant('stocks'), { nil: undefined }),
          isAmongPersons: fc.boolean(),
          isolation,
          pool,
          answer,
        }),
        (it) => {
          const channelRefs = it.missing ? [{ name: 'ops' }] : [];
          const job = jobOf({
            suspend: it.suspend,
            isolation: it.isolation,
            alerting: { ...jobSpec().alerting, channelRefs },
          });
          const { frozen, rival, isAmongPersons } = it;
          const plan = statusOf({ job, frozen, rival, isAmongPersons, pool: it.pool }, it.answer);
          assert.deepEqual(
            plan.claims.map(({ type }) => type).toSorted(),
            Object.keys(words).toSorted(),
          );
          for (const { type, reason } of plan.claims) {
            assert.match(reason, /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/);
            assert.ok((words[type] as readonly string[]).includes(reason), `${type} ${reason}`);
          }
          const isReady = claim(plan, 'Ready')?.status === 'True';
          const both = ['Accepted', 'Scheduled'].every(
            (type) => claim(plan, type)?.status === 'True',
          );
          assert.equal(isReady, both);
        },
      ),
    );
  });
});
