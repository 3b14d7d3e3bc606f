import assert from 'node:assert/strict';
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { NotificationChannel } from '../../../../crds/types/notificationchannel.ts';
import { createStore } from '../../kube/store.ts';
import { workspacesIn } from '../../workspaces.ts';
import { onThisMachine } from './isolation.ts';
import { observe } from './observe.ts';
import { firstViolation } from './policies.ts';
import { jobOf } from './testing.ts';

const never = new AbortController().signal;

describe('operator: what is observed of a MonitorJob', () => {
  const inputFor = (job: MonitorJob, channels: readonly (readonly [string, string])[]) => {
    const store = createStore<NotificationChannel>();
    for (const [namespace, name] of channels)
      store.put({ metadata: { namespace, name } } as NotificationChannel);
    return observe(
      job,
      {
        channels: store,
        platform: () => undefined,
        isolation: () => onThisMachine('duckmon'),
        feed: { state: () => undefined },
        transport: { get: () => Promise.reject(new Error('asks for nothing')) },
        workspaces: workspacesIn(undefined),
      },
      never,
    );
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
});
