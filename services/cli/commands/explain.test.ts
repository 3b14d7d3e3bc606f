import assert from 'node:assert/strict';
import { finding, funnel, monitor, page } from '../testing/answers.ts';
import { NOON } from '../testing/api.ts';
import { useFixture } from '../testing/fixture.ts';
import { whySilent } from './explain.ts';

describe('duckmon explain', () => {
  const world = useFixture();
  const script = (
    job: object = monitor('demo-shop'),
    more: Parameters<typeof funnel>[0] = {},
  ): void => {
    world.api.script = {
      'GET /api/v1/monitors/demo-shop': { body: job },
      'GET /api/v1/monitors/demo-shop/funnel': { body: funnel(more) },
      'GET /api/v1/findings': page(),
    };
  };
  const explain = async (): Promise<string> => (await world.cli(['explain', 'demo-shop'])).out;

  it('shows the funnel of the last checks', async () => {
    script();
    assert.deepEqual((await explain()).split('\n').slice(0, 6), [
      'demo-shop',
      'The last 20 checks:',
      'STAGE     REACHED   STOPPED HERE',
      'fetched   20        sameText 17',
      'judged    3         noMatch 2',
      'alerted   1         -',
    ]);
  });
  it('says why there was no alert', async () => {
    script();
    assert.match(
      await explain(),
      /The last check \(2m ago\) did not alert\. It ended as Suppressed at relevant: it was relevant, but less than goal\.threshold \(relevance 40 of 75\)\./,
    );
  });
  it('says when the next check is', async () => {
    script();
    assert.match(await explain(), /Next check in 30s\./);
  });
  it('says that a monitor is paused and how to go on', async () => {
    script(monitor('demo-shop', { suspend: true }));
    assert.match(await explain(), /It is paused.*duckmon resume demo-shop/);
  });
  it('says which condition is false, and why', async () => {
    const conditions = [
      {
        type: 'Ready',
        status: 'False',
        reason: 'ChannelNotFound',
        message: 'the channel ops does not exist',
      },
    ];
    script(monitor('demo-shop', {}, { conditions }));
    assert.match(await explain(), /Ready is False: the channel ops does not exist/);
  });
  it('names a finding that is open, since it is not told twice', async () => {
    script();
    world.api.script['GET /api/v1/findings'] = page(finding(), finding({ id: 'f2' }));
    assert.match(await explain(), /Open finding: The price of the duck fell \(f1\) and 1 more\./);
  });
  it('says that a monitor was not checked yet', async () => {
    script(monitor('demo-shop'), { checks: 0, stages: [], last: [] });
    const text = await explain();
    assert.match(text, /It was not checked yet\./);
    assert.doesNotMatch(text, /STAGE/);
  });
  it('gives scripts the funnel', async () => {
    script();
    const { out } = await world.cli(['explain', 'demo-shop', '-o', 'json']);
    assert.deepEqual(JSON.parse(out), funnel());
  });
  it('ends with 3 for a monitor that is not there', async () => {
    assert.equal((await world.cli(['explain', 'gone'])).code, 3);
  });
});

describe('why there was no alert', () => {
  const last = (more: object) => {
    const [first] = funnel().last;
    assert.ok(first);
    return funnel({ last: [{ ...first, message: null, ...more }] });
  };
  for (const [reason, words] of [
    ['sameText', 'the same as before'],
    ['requirementNotMet', '`then: Require` did not hold'],
    ['cooldown', 'alerting.cooldown'],
    ['hourlyLimit', 'digest of the hour'],
    ['knownFinding', 'told before'],
    ['undeterminedHeld', 'goal.onUndetermined is Hold'],
    ['outsideWindow', 'schedule.windows'],
  ] as const)
    it(`explains ${reason} in words`, () => {
      assert.ok(whySilent(last({ reason }), NOON).includes(words));
    });
  it('shows a reason that has no words as it is', () => {
    assert.match(whySilent(last({ reason: 'captcha' }), NOON), /: captcha\.$/);
  });
  it('says that there was an alert', () => {
    assert.equal(whySilent(last({ outcome: 'Alerted' }), NOON), 'The last check (2m ago) alerted.');
  });
});
