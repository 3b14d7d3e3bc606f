import assert from 'node:assert/strict';
import { failure } from '../testing/api.ts';
import { finding } from '../testing/answers.ts';
import { useFixture } from '../testing/fixture.ts';

describe('duckmon ack, snooze, resolve, reopen', () => {
  const world = useFixture();
  for (const [command, verb, state] of [
    ['ack', 'acknowledge', 'acknowledged'],
    ['resolve', 'resolve', 'resolved'],
    ['reopen', 'reopen', 'open'],
  ] as const)
    it(`${command} posts to ${verb} and says the new state`, async () => {
      world.api.script[`POST /api/v1/findings/f1/${verb}`] = { body: finding({ state }) };
      const { code, out } = await world.cli([command, 'f1']);
      assert.deepEqual([code, out], [0, `finding/f1 ${state}: The price of the duck fell\n`]);
    });
  it('acts on several findings', async () => {
    world.api.script['POST /api/v1/findings/f1/acknowledge'] = { body: finding() };
    world.api.script['POST /api/v1/findings/f2/acknowledge'] = { body: finding() };
    assert.equal((await world.cli(['ack', 'f1', 'f2'])).out.split('\n').length, 3);
  });
  it('snoozes for a day when nothing is said', async () => {
    world.api.script['POST /api/v1/findings/f1/snooze'] = { body: finding({ state: 'snoozed' }) };
    await world.cli(['snooze', 'f1']);
    assert.deepEqual(world.api.seen[0]?.body, { until: '2026-11-26T12:00:00.000Z' });
  });
  it('snoozes for the time that is said', async () => {
    world.api.script['POST /api/v1/findings/f1/snooze'] = { body: finding({ state: 'snoozed' }) };
    await world.cli(['snooze', 'f1', '--for', '90m']);
    assert.deepEqual(world.api.seen[0]?.body, { until: '2026-11-25T13:30:00.000Z' });
  });
  it('refuses a time that is no duration', async () => {
    assert.equal((await world.cli(['snooze', 'f1', '--for', 'tomorrow'])).code, 2);
  });
  it('ends with 3 for a finding that is not there', async () => {
    world.api.script['POST /api/v1/findings/x/acknowledge'] = failure(
      404,
      'The finding does not exist',
    );
    assert.equal((await world.cli(['ack', 'x'])).code, 3);
  });
  it('needs a finding', async () => {
    assert.equal((await world.cli(['ack'])).code, 2);
  });
});

describe('duckmon pause and resume', () => {
  const world = useFixture();
  it('stops and starts checks', async () => {
    world.api.script['POST /api/v1/monitors/a/pause'] = { body: {} };
    world.api.script['POST /api/v1/monitors/a/resume'] = { body: {} };
    assert.equal((await world.cli(['pause', 'a'])).out, 'monitorjob/a paused\n');
    assert.equal((await world.cli(['resume', 'a'])).out, 'monitorjob/a resumed\n');
  });
  it("says the API's reason when a file manages the monitor", async () => {
    world.api.script['POST /api/v1/monitors/a/pause'] = failure(409, 'a is managed by shop.yaml');
    const { code, err } = await world.cli(['pause', 'a']);
    assert.deepEqual([code, err], [1, 'duckmon: a is managed by shop.yaml\n']);
  });
});

describe('duckmon channels test', () => {
  const world = useFixture();
  const answer = (kind: string, reason: string | null): void => {
    world.api.script['POST /api/v1/channels/ops/test'] = { body: { kind, reason } };
  };
  it('says that the message was accepted', async () => {
    answer('accepted', null);
    const { code, out } = await world.cli(['channels', 'test', 'ops']);
    assert.deepEqual([code, out], [0, 'notificationchannel/ops: the test message was accepted\n']);
  });
  for (const [kind, words] of [
    ['retry', /could not be sent now: HTTP 503/],
    ['rejected', /was rejected: HTTP 503/],
    ['unknown', /may or may not have been sent: HTTP 503/],
  ] as const)
    it(`ends with 1 when it is ${kind}`, async () => {
      answer(kind, 'HTTP 503');
      const { code, err } = await world.cli(['channels', 'test', 'ops']);
      assert.equal(code, 1);
      assert.match(err, words);
    });
});

describe('duckmon resend', () => {
  const world = useFixture();
  it('sends a delivery again', async () => {
    world.api.script['POST /api/v1/deliveries/d1/resend'] = { body: { state: 'pending' } };
    assert.equal((await world.cli(['resend', 'd1'])).out, 'delivery/d1 pending\n');
  });
});
