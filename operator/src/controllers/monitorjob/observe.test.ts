import assert from 'node:assert/strict';
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { NotificationChannel } from '../../../../crds/types/notificationchannel.ts';
import { createStore } from '../../kube/store.ts';
import { LABELS } from '../../names.ts';
import { workspacesIn } from '../../workspaces.ts';
import { onThisMachine } from './isolation.ts';
import { observe, type Observed } from './observe.ts';
import { firstViolation } from './policies.ts';
import { jobOf } from './testing.ts';

const never = new AbortController().signal;

describe('operator: what is observed of a MonitorJob', () => {
  const inputFrom = (job: MonitorJob, from: Partial<Observed>) =>
    observe(
      job,
      {
        channels: createStore<NotificationChannel>(),
        platform: () => undefined,
        isolation: () => onThisMachine('duckmon'),
        feed: { state: () => undefined },
        transport: { get: () => Promise.reject(new Error('asks for nothing')) },
        workspaces: workspacesIn('users'),
        ...from,
      },
      never,
    );
  const inputFor = (job: MonitorJob, channels: readonly (readonly [string, string])[]) => {
    const store = createStore<NotificationChannel>();
    for (const [namespace, name] of channels)
      store.put({ metadata: { namespace, name } } as NotificationChannel);
    return inputFrom(job, { channels: store });
  };
  const { alerting } = jobOf().spec;
  const job = jobOf({
    alerting: {
      ...alerting,
      channelRefs: [{ name: 'ops' }],
      onFailure: { ...alerting.onFailure, channelRefs: [{ name: 'sms' }] },
    },
  });

  it('is which of its channels are there, and of no others', async () => {
    const { channels } = await inputFor(job, [
      ['team', 'ops'],
      ['team', 'sms'],
      ['team', 'unused'],
    ]);
    assert.deepEqual([...channels], ['ops', 'sms']);
  });

  it('finds no channel of another namespace, which the message then names', async () => {
    const input = await inputFor(job, [
      ['team', 'ops'],
      ['other', 'sms'],
    ]);
    assert.deepEqual([...input.channels], ['ops']);
    assert.match(firstViolation(input)?.message ?? '', /names the channel sms,/);
  });

  describe('in a personal workspace', () => {
    const labels = { [LABELS.workspace]: 'u1' };
    const own = {
      ...job,
      metadata: { ...job.metadata, namespace: 'users', name: 'u1-shop', labels },
    };
    const withChannel = (name: string, workspace?: string) => {
      const store = createStore<NotificationChannel>();
      const owner = workspace === undefined ? {} : { [LABELS.workspace]: workspace };
      store.put({ metadata: { namespace: 'users', name, labels: owner } } as NotificationChannel);
      return inputFrom(own, { channels: store });
    };

    it('is the channel that its person calls so', async () => {
      assert.deepEqual([...(await withChannel('u1-ops', 'u1')).channels], ['ops']);
    });

    it('E10 is no channel of another label, and the message says the person’s own name', async () => {
      for (const [name, workspace] of [
        ['ops', undefined],
        ['u1-ops', undefined],
        ['u1-ops', 'u2'],
        ['u2-ops', 'u2'],
      ] as const) {
        const input = await withChannel(name, workspace);
        assert.deepEqual([...input.channels], [], name);
        assert.match(
          firstViolation(input)?.message ?? '',
          /names the channel ops, which is not in your workspace;/,
        );
      }
    });

    it('E10 takes a prompt from a ConfigMap of the same label alone', async () => {
      const goal = { promptFrom: { configMapKeyRef: { name: 'goals', key: 'terms' } } };
      const job = { ...own, spec: { ...own.spec, goal: { ...own.spec.goal, ...goal } } };
      const promptWith = async (labels: Record<string, string>) => {
        const asked: unknown[] = [];
        const get = (_resource: unknown, at: object) => {
          asked.push(at);
          return Promise.resolve({ metadata: { ...at, labels }, data: { terms: 'prices' } });
        };
        const { prompt } = await inputFrom(job, { transport: { get } as Observed['transport'] });
        assert.deepEqual(asked, [{ namespace: 'users', name: 'u1-goals' }]);
        return prompt;
      };
      assert.equal(await promptWith(labels), 'prices');
      assert.equal(await promptWith({}), undefined);
      assert.equal(await promptWith({ [LABELS.workspace]: 'u2' }), undefined);
    });
  });
});
