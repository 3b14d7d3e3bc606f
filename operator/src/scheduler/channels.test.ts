import assert from 'node:assert/strict';
import type { ChannelState, ChannelStates } from '../../../services/core/contracts/projection.ts';
import { createLog } from '../../../services/core/log.ts';
import { watchChannels, type ChannelReports } from './channels.ts';

const UID = '11111111-1111-4111-8111-111111111111';
const state = (name: string, patch: Partial<ChannelState> = {}): ChannelState => ({
  workspace: 'team',
  name,
  uid: UID,
  generation: 1,
  recipients: [],
  lastDelivery: null,
  failed24h: 0,
  secret: null,
  ...patch,
});
const page = (after: string | null, ...channels: ChannelState[]): ChannelStates => ({
  channels,
  after,
});

describe('operator: channel reports', () => {
  let asked: (string | undefined)[] = [];
  let told: string[] = [];
  let reports: ChannelReports;
  const follow = async (...pages: (ChannelStates | Error)[]): Promise<void> => {
    const stop = new AbortController();
    reports = watchChannels({
      client: {
        channels: (after) => {
          asked.push(after);
          const next = pages.shift();
          return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? page(null));
        },
      },
      clock: {
        now: () => new Date(0),
        monotonic: () => 0,
        sleep: () => {
          if (pages.length === 0) stop.abort();
          return Promise.resolve();
        },
      },
      log: createLog('operator', 'silent'),
      onState: ({ name }) => told.push(name),
    });
    await reports.run(stop.signal);
  };
  beforeEach(() => {
    asked = [];
    told = [];
  });

  it('reads every page each time', async () => {
    await follow(page('team/a', state('a')), page(null, state('b')));
    assert.deepEqual(asked, [undefined, 'team/a']);
    assert.deepEqual(told, ['a', 'b']);
  });

  it('tells only of channels that are doing otherwise than before', async () => {
    await follow(
      page(null, state('a'), state('b')),
      page(null, state('a'), state('b', { failed24h: 1 })),
    );
    assert.deepEqual(told, ['a', 'b', 'b']);
  });

  it('goes on after a failure with what it knew', async () => {
    await follow(page(null, state('a')), new Error('away'));
    assert.equal(reports.state('team', 'a', UID)?.name, 'a');
  });

  it('knows a channel by its uid, and forgets one that is gone', async () => {
    await follow(page(null, state('a')));
    assert.equal(reports.state('team', 'a', '22222222-2222-4222-8222-222222222222'), undefined);
    await follow(page(null, state('a')), page(null));
    assert.equal(reports.state('team', 'a', UID), undefined);
  });
});
