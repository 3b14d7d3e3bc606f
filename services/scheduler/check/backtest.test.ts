import assert from 'node:assert/strict';
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import {
  backtestRequest,
  backtestResult,
  type BacktestResult,
} from '../../core/contracts/backtest.ts';
import { HttpError } from '../../core/errors.ts';
import { testSpec } from '../../store/testing/monitors.ts';
import { useLine } from '../testing/line.ts';
import {
  answered,
  noMatch,
  priceAnswer,
  testProvenance,
  unavailable,
} from '../testing/neighbours.ts';
import { alerting, goal, noPrompt } from '../testing/specs.ts';
import type { World } from '../testing/world.ts';
import { backtestJob } from './backtest.ts';

const page = (price: number, rest = 'Open daily'): string => `Shop\nPrice: ${price} €\n${rest}`;

const EDITED = { prompt: 'Tell me when it costs less' };

const contains = (name: string, text: string) => ({
  name,
  then: 'Alert' as const,
  text: { contains: text, side: 'Appears' as const },
});

describe('a back-test of an edited job', () => {
  const line = useLine();
  let world: World;
  beforeEach(() => {
    world = line.world;
  });

  /** A shop whose price fell twice and whose hours changed, none of which the old goal wanted. */
  const seePast = async (patch: Partial<MonitorJobSpec> = {}): Promise<void> => {
    await world.monitor('shop', { ...alerting(), ...patch });
    await world.check();
    world.llm.answer(noMatch());
    await world.step(page(35));
    await world.step(page(35, 'Open on Sundays'));
    await world.step(page(30, 'Open on Sundays'));
    world.llm.requests.length = 0;
  };

  const run = (
    spec: Partial<MonitorJobSpec>,
    options: Record<string, unknown> = {},
  ): Promise<BacktestResult> =>
    backtestJob(
      backtestRequest.parse({
        workspace: 'team',
        name: 'shop',
        spec: { ...testSpec({ ...alerting(), ...goal(EDITED), ...spec }) },
        ...options,
      }),
      world.deps,
      new AbortController().signal,
    );

  const byPrice = (): void =>
    world.llm.answer(({ hunks: [hunk] }) => {
      const [before, after] = [hunk?.before ?? '', hunk?.after ?? ''].map(
        (text) => /\d+ €/.exec(text)?.[0],
      );
      return before === undefined || after === undefined ? noMatch() : priceAnswer(before, after);
    });
  const nowOf = ({ changes }: BacktestResult): unknown[] =>
    changes.map(({ now }) => [now.outcome, now.reason]);
  const thrice = (why: string): unknown[] => Array.from({ length: 3 }, () => ['Unasked', why]);
  const ONE_DOLLAR = { judge: { maxCostUsd: '1' } };
  const refused = (code: string, message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof HttpError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };

  it('tells of each change what was judged then and what would be now, in the shape of the contract', async () => {
    await seePast();
    byPrice();
    const result = await run({}, ONE_DOLLAR);
    assert.deepEqual(backtestResult.parse(JSON.parse(JSON.stringify(result))), result);
    assert.deepEqual(
      result.changes.map(({ then, now }) => [then.outcome, then.reason, then.verdict, now.outcome]),
      [
        ['Suppressed', 'noMatch', 'no_match', 'Alerted'],
        ['Suppressed', 'noMatch', 'no_match', 'Suppressed'],
        ['Suppressed', 'noMatch', 'no_match', 'Alerted'],
      ],
    );
    assert.equal(result.changes[0]?.then.summary, 'Only the opening hours changed.');
    assert.equal(result.changes[0]?.now.summary, 'The price changed from 40 € to 35 €.');
    assert.deepEqual([result.tokensIn, result.costUsd, result.more], [3000, '0.003000', false]);
  });

  it('writes nothing of the monitor: no check, verdict, finding, alert or delivery', async () => {
    await seePast();
    byPrice();
    const tables = [
      'checks',
      'snapshots',
      'verdicts',
      'findings',
      'alerts',
      'deliveries',
      'monitors',
    ];
    const read = (): Promise<unknown[]> => Promise.all(tables.map((table) => world.rows(table)));
    const before = await read();
    const { changes } = await run({}, ONE_DOLLAR);
    assert.ok(changes.some(({ now }) => now.outcome === 'Alerted'));
    assert.deepEqual(await read(), before);
  });

  it('asks no model and costs nothing unless a maximum is stated', async () => {
    await seePast();
    const result = await run({});
    assert.deepEqual(nowOf(result), thrice('notAsked'));
    assert.equal(world.llm.requests.length, 0);
    assert.deepEqual([result.costUsd, result.tokensIn], ['0.000000', 0]);
    assert.ok(Number(result.changes[0]?.now.most?.costUsd) > 0.01);
  });

  it('tries conditions without a model, and says which rule told', async () => {
    await seePast();
    const result = await run({ ...noPrompt(), conditions: [contains('sundays', 'on Sundays')] });
    assert.deepEqual(nowOf(result), [
      ['Suppressed', 'noMatch'],
      ['Alerted', null],
      ['Suppressed', 'noMatch'],
    ]);
    assert.match(result.changes[1]?.now.alerts[0] ?? '', /sundays/);
    assert.equal(result.model, null);
  });

  it('stops before a change that may cost more than what is left of the maximum', async () => {
    await seePast();
    byPrice();
    const free = await run({});
    const most = free.changes[0]?.now.most?.tokens ?? 0;
    const result = await run({}, { judge: { maxTokens: most + 1500 } });
    assert.deepEqual(nowOf(result), [
      ['Alerted', null],
      ['Suppressed', 'noMatch'],
      ['Unasked', 'maximum'],
    ]);
    assert.equal(world.llm.requests.length, 2);
  });

  it('goes on where an earlier call ended: what that told is no news', async () => {
    await seePast();
    world.llm.answer(priceAnswer('40 €', '35 €', { claims: [] }));
    await world.step(page(40, 'Open on Sundays'));
    await world.step(page(35, 'Open on Sundays'));
    byPrice();
    const all = await run({}, ONE_DOLLAR);
    const [first, ...others] = all.changes.map(({ checkId }) => checkId);
    const one = await run({}, { ...ONE_DOLLAR, checks: [first] });
    const rest = await run({}, { ...ONE_DOLLAR, checks: others, facts: one.facts });
    assert.deepEqual([...nowOf(one), ...nowOf(rest)], nowOf(all));
  });

  it('counts a State once until it is over', async () => {
    await seePast();
    world.llm.answer(({ hunks: [hunk] }) =>
      priceAnswer(
        /\d+ €/.exec(hunk?.before ?? '')?.[0] ?? '',
        /\d+ €/.exec(hunk?.after ?? '')?.[0] ?? '',
      ),
    );
    const result = await run(goal({ ...EDITED, kind: 'State' }), ONE_DOLLAR);
    assert.equal(result.changes.filter(({ now }) => now.outcome === 'Alerted').length >= 1, true);
    assert.deepEqual(nowOf(result)[2], ['Suppressed', 'knownFinding']);
  });

  it('respects the threshold of the edited goal', async () => {
    await seePast();
    world.llm.answer(({ hunks: [hunk] }) =>
      hunk?.after.includes('€') ? priceAnswer('40 €', '35 €', { relevance: 60 }) : noMatch(),
    );
    assert.deepEqual(nowOf(await run({}, ONE_DOLLAR))[0], ['Suppressed', 'belowThreshold']);
  });

  it('refuses a model that the installation does not have, by its field', async () => {
    await seePast();
    world.llm.answer(unavailable('model_not_configured'));
    await assert.rejects(
      run({ judge: { model: 'gpt-nowhere' } }, { judge: { maxTokens: 10_000_000 } }),
      refused('unprocessable', /^spec\.judge\.model: /),
    );
  });

  it('refuses a maximum in dollars for a model without a known price', async () => {
    await seePast();
    await assert.rejects(
      run({ judge: { model: 'free-1' } }, ONE_DOLLAR),
      refused('unprocessable', /^judge\.maxTokens: free-1 has no known price/),
    );
    world.llm.answer(answered(noMatch(), testProvenance({ costUsd: null })));
    const result = await run({ judge: { model: 'free-1' } }, { judge: { maxTokens: 10_000_000 } });
    assert.equal(result.costUsd, null);
  });

  it('says where no model is configured', async () => {
    world.llm.models = { ...world.llm.models, configured: false };
    await seePast({ ...noPrompt(), conditions: [contains('none', 'nowhere')] });
    await assert.rejects(run({}), refused('unprocessable', /no model is configured/));
    assert.equal((await run(noPrompt())).changes.length, 3);
  });

  it('asks a model that does not answer no more, and says so', async () => {
    await seePast();
    world.llm.answer(unavailable());
    const result = await run({}, ONE_DOLLAR);
    assert.deepEqual(nowOf(result), thrice('model_unavailable'));
    assert.equal(world.llm.requests.length, 1);
  });

  it('spends the budget of the stored monitor, whatever the edited one says', async () => {
    await seePast({ budget: { usdPerMonth: '0.003', onExceeded: 'ConditionsOnly' } });
    byPrice();
    const result = await run(
      { budget: { usdPerMonth: '500', onExceeded: 'ConditionsOnly' } },
      ONE_DOLLAR,
    );
    assert.deepEqual(nowOf(result), thrice('budget_exhausted'));
    assert.equal(world.llm.requests.length, 0);
  });

  it('says that a selector of which nothing is stored cannot be tried', async () => {
    await seePast();
    const number = { op: 'Lt' as const, value: '33' };
    const result = await run({
      ...noPrompt(),
      conditions: [
        { name: 'new-selector', then: 'Alert', number: { select: '.price', ...number } },
        { name: 'pattern', then: 'Alert', number: { select: 'regex:Price: (\\d+)', ...number } },
      ],
    });
    assert.deepEqual(
      result.changes.map(({ now }) => now.outcome),
      ['Suppressed', 'Suppressed', 'Alerted'],
    );
    assert.match(result.changes[0]?.now.problems[0] ?? '', /^new-selector: .* not stored/);
  });

  it('looks back as far as it is asked, at the newest', async () => {
    await seePast();
    const result = await run({}, { last: 2 });
    assert.deepEqual([result.changes.length, result.more], [2, true]);
    world.clock.advance(3 * 86_400_000);
    assert.deepEqual((await run({}, { days: 2 })).changes, []);
  });

  it('knows no monitor of another workspace', async () => {
    await seePast();
    const request = backtestRequest.parse({
      workspace: 'other',
      name: 'shop',
      spec: { ...testSpec() },
    });
    await assert.rejects(
      backtestJob(request, world.deps, new AbortController().signal),
      /There is no monitor named shop/,
    );
  });
});
