import assert from 'node:assert/strict';
import { storeError } from '../../store/testing/suite.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { THIRTY_FIVE, useLine } from '../testing/line.ts';
import { noMatch, priceAnswer } from '../testing/neighbours.ts';
import { alerting } from '../testing/specs.ts';
import { inside, MINUTE, type Row, type World } from '../testing/world.ts';
import { rejudgeCheck, tellAnyway } from './byHand.ts';

describe('a stored check in the hands of a person', () => {
  const line = useLine();
  const { lastCheck, alertKinds } = line;
  let world: World;
  beforeEach(async () => {
    world = line.world;
    await world.monitor('shop', alerting());
    await world.check();
    world.llm.answer(noMatch());
    await world.step(THIRTY_FIVE);
  });

  const never = new AbortController().signal;
  const rejudge = async (check?: unknown) =>
    rejudgeCheck(
      { workspace: 'team', check: String(check ?? (await lastCheck())['id']) },
      world.deps,
      never,
    );
  const verdicts = (): Promise<Row[]> => world.rows('verdicts', 'at, id');
  const tell = (verdict: unknown) =>
    tellAnyway({ workspace: 'team', verdict: String(verdict), actor: 'user:ann' }, world.deps);
  const silent = async (): Promise<unknown> => (await verdicts()).at(0)?.['id'];

  it('is judged again by the goal of now, beside the verdict that it had', async () => {
    await world.edit('shop', (spec) => ({
      ...spec,
      goal: { ...spec.goal, prompt: 'Tell me when it gets cheaper' },
    }));
    world.llm.answer(priceAnswer('40 €', '35 €'));
    world.clock.advance(MINUTE);
    const { verdict } = await rejudge();
    const rows = await verdicts();
    assert.deepEqual(
      rows.map((row) => [inside(row, 'verdict', 'verdict'), row['suppressed']]),
      [
        ['no_match', 'noMatch'],
        ['match', 'judgedByHand'],
      ],
    );
    assert.equal(rows[1]?.['id'], verdict);
    assert.equal(rows[1]?.['check_id'], rows[0]?.['check_id']);
    assert.notEqual(inside(rows[1], 'provenance', 'model'), undefined);
    assert.equal(world.llm.requests.at(-1)?.goal.prompt, 'Tell me when it gets cheaper');
  });

  it('that is judged again tells nobody, and moves neither baseline nor schedule', async () => {
    const state = async (): Promise<unknown> => [
      await world.rows('baselines'),
      await world.rows('monitors'),
      await world.rows('checks'),
    ];
    const before_ = await state();
    world.llm.answer(priceAnswer('40 €', '35 €'));
    await world.edit('shop', (spec) => spec);
    await rejudge();
    const after_ = await state();
    assert.deepEqual(await alertKinds(), []);
    assert.deepEqual((after_ as unknown[])[0], (before_ as unknown[])[0]);
    assert.deepEqual((after_ as unknown[])[2], (before_ as unknown[])[2]);
  });

  it('that a gate kept from the judge is judged when somebody asks', async () => {
    await world.edit('shop', (spec) => ({
      ...spec,
      conditions: [{ name: 'sale', then: 'Require', text: { contains: 'SALE', side: 'Present' } }],
    }));
    await world.step('Shop\nPrice: 30 €\nOpen daily');
    assert.equal((await lastCheck())['reason'], 'requirementNotMet');
    world.llm.answer(priceAnswer('35 €', '30 €'));
    await rejudge();
    assert.equal(inside((await verdicts()).at(-1), 'verdict', 'verdict'), 'match');
  });

  it('is paid from the budget of the job', async () => {
    await world.edit('shop', (spec) => ({
      ...spec,
      goal: { ...spec.goal, prompt: 'Something else' },
      budget: { tokensPerMonth: 1 } as never,
    }));
    await rejudge();
    assert.equal(inside((await verdicts()).at(-1), 'verdict', 'why'), 'budget_exhausted');
  });

  it('is not judged again when its texts are gone, and the answer says so', async () => {
    await withWorkspace(world.pool, 'team', (tx) => tx.query('DELETE FROM blobs'));
    await assert.rejects(rejudge(), storeError('invalid'));
    assert.equal((await verdicts()).length, 1);
  });

  it('has nothing to ask where the goal has no words', async () => {
    await world.edit('shop', (spec) => {
      const { prompt: _prompt, ...rest } = spec.goal;
      return { ...spec, goal: rest };
    });
    await assert.rejects(rejudge(), storeError('invalid'));
  });

  it('is told anyway: with a finding, an alert, its proof from the page, and who asked', async () => {
    const { kind, findings } = await tell(await silent());
    assert.equal(kind, 'told');
    assert.deepEqual(await alertKinds(), ['finding']);
    const [finding] = await world.rows('findings');
    assert.equal(finding?.['id'], findings[0]);
    assert.match(String(finding?.['title']), /Price: 40 € → Price: 35 €/);
    assert.equal(inside(finding, 'claims', 0, 'quote'), 'Price: 35 €');
    const events = await world.rows('finding_events', 'at, id');
    assert.deepEqual(
      inside(
        events.find((row) => row['kind'] === 'toldByHand'),
        'detail',
      ),
      {
        by: 'user:ann',
      },
    );
    assert.equal((await verdicts())[0]?.['suppressed'], null);
    await world.deliverAll();
    assert.equal(world.notification.sent.length, 1);
  });

  it('is told once, however often and by however many it is asked', async () => {
    const id = await silent();
    const asked = await Promise.allSettled([tell(id), tell(id), tell(id)]);
    assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 1);
    await assert.rejects(tell(id), storeError('conflict'));
    assert.deepEqual(await alertKinds(), ['finding']);
  });

  it('is never told twice: not by hand after the line told it', async () => {
    world.llm.answer(priceAnswer('35 €', '30 €'));
    await world.step('Shop\nPrice: 30 €\nOpen daily');
    assert.deepEqual(await alertKinds(), ['finding']);
    const { verdict } = await rejudge();
    await assert.rejects(tell(verdict), storeError('conflict'));
    assert.deepEqual(await alertKinds(), ['finding']);
    assert.equal((await world.rows('findings'))[0]?.['seen_count'], 1);
  });

  it('is told by hand within a cooldown and past the limit of the hour', async () => {
    await world.edit('shop', (spec) => ({
      ...spec,
      alerting: { ...spec.alerting, maxPerHour: 1, cooldown: '24h' },
    }));
    world.llm.answer(priceAnswer('35 €', '30 €'));
    await world.step('Shop\nPrice: 30 €\nOpen daily');
    assert.equal((await tell(await silent())).kind, 'told');
    assert.deepEqual(await alertKinds(), ['finding', 'finding']);
  });

  it('E1 of another workspace is not found', async () => {
    const foreign = { workspace: 'other', actor: 'user:eve' };
    const id = String(await silent());
    await assert.rejects(
      tellAnyway({ ...foreign, verdict: id }, world.deps),
      storeError('notFound'),
    );
    await assert.rejects(
      rejudgeCheck(
        { workspace: 'other', check: String((await lastCheck())['id']) },
        world.deps,
        never,
      ),
      storeError('notFound'),
    );
  });
});
