import assert from 'node:assert/strict';
import type { BacktestResult, TriedChange } from '../../core/contracts/backtest.ts';
import { type Answer, failure, type Seen } from '../testing/api.ts';
import { useFixture } from '../testing/fixture.ts';

const manifest =
  'apiVersion: mon.duckerhub.com/v1alpha1\nkind: MonitorJob\nmetadata:\n  name: shop\nspec: {}\n';
const nothing = { tokensIn: 0, tokensOut: 0, costUsd: '0', problems: [], alerts: [], most: null };
const said = { reason: null, verdict: null, relevance: null, summary: '' };

/** A change that only the model can judge, for two cents at most. */
const open = (id: number, now: Partial<TriedChange['now']> = {}): TriedChange => ({
  checkId: `c${id}`,
  at: '2026-11-24T12:00:00Z',
  sources: ['shop'],
  then: { ...said, outcome: 'Suppressed', reason: 'noMatch' },
  now: {
    ...said,
    ...nothing,
    outcome: 'Unasked',
    reason: 'notAsked',
    most: { tokens: 4000, costUsd: '0.02' },
    ...now,
  },
});
/** The same, judged for a tenth of it. */
const judged = (id: number, now: Partial<TriedChange['now']> = {}): TriedChange =>
  open(id, {
    outcome: 'Alerted',
    reason: null,
    verdict: 'match',
    relevance: 90,
    alerts: [`price ${id}`],
    tokensIn: 350,
    tokensOut: 50,
    costUsd: '0.002',
    most: null,
    ...now,
  });
const fires = (id: number): TriedChange =>
  open(id, { outcome: 'Alerted', reason: null, alerts: ['cheap holds'], most: null });
const result = (changes: TriedChange[], more: Partial<BacktestResult> = {}): BacktestResult => ({
  changes,
  more: false,
  since: '2026-10-26T12:00:00Z',
  model: 'small-model',
  tokensIn: 0,
  tokensOut: 0,
  costUsd: '0',
  facts: [],
  ...more,
});
const fact = { fingerprint: 'f', origin: 'claim' as const, source: 'shop', subject: 'Duck' };

interface Asked {
  readonly checks?: readonly string[];
  readonly judge?: object;
  readonly facts?: readonly object[];
  readonly days: number;
  readonly last?: number;
}
const askedOf = ({ body }: Seen): Asked => body as Asked;

describe('duckmon backtest', () => {
  const world = useFixture();
  /** The API: the free try first, then what a judge makes of each part. */
  const script = (
    free: BacktestResult | Answer,
    part: (ids: readonly number[]) => BacktestResult | Answer = () => result([]),
  ): void => {
    const answer = (made: BacktestResult | Answer): Answer =>
      'changes' in made ? { body: made } : made;
    world.api.script['POST /api/v1/backtest'] = (seen) => {
      const { checks } = askedOf(seen);
      return answer(checks ? part(checks.map((id) => Number(id.slice(1)))) : free);
    };
  };
  const run = (...flags: string[]) => {
    world.write('a.yaml', manifest);
    return world.cli(['backtest', '-f', 'a.yaml', ...flags]);
  };
  const asked = (): Asked[] => world.api.seen.map(askedOf);

  it('tries the conditions for nothing, and asks no model by itself', async () => {
    script(result([fires(1), open(2), open(3)]));
    const { code, out, err } = await run('--days', '14', '--last', '20');
    assert.deepEqual([code, err], [0, '']);
    assert.deepEqual(out.trimEnd().split('\n'), [
      'AGE   SOURCE   THEN                 NOW          COST   WHAT',
      '24h   shop     Suppressed noMatch   Alerted      -      cheap holds',
      '24h   shop     Suppressed noMatch   not judged   -      only the model can say',
      '24h   shop     Suppressed noMatch   not judged   -      only the model can say',
      'Would have alerted at least once in 14 days, for nothing. Then it never alerted.',
      'Of 2 of 3 changes it is not known. Asking small-model about all needs at most --max-cost 0.040000.',
    ]);
    const [only, ...others] = world.api.seen.map(({ body }) => body);
    assert.deepEqual(others, []);
    const { manifest: sent, ...rest } = only as { manifest: { metadata: object } };
    assert.deepEqual([sent.metadata, rest], [{ name: 'shop' }, { days: 14, last: 20 }]);
  });

  it('asks the model in parts, each with what is left of the maximum and what was told', async () => {
    script(result([1, 2, 3, 4, 5].map((id) => open(id))), (ids) =>
      result(
        ids.map((id) => judged(id)),
        { facts: [fact] },
      ),
    );
    const { code, out, err } = await run('--max-cost', '0.05', '--max-tokens', '9000');
    assert.equal(code, 0);
    assert.deepEqual(
      asked()
        .slice(1)
        .map(({ checks, judge, facts }) => ({ checks, judge, facts })),
      [
        {
          checks: ['c1', 'c2', 'c3', 'c4'],
          judge: { maxTokens: 9000, maxCostUsd: '0.050000' },
          facts: [],
        },
        { checks: ['c5'], judge: { maxTokens: 7400, maxCostUsd: '0.042000' }, facts: [fact] },
      ],
    );
    assert.equal(
      err,
      'tried 4 of 5 changes, $0.008000 so far\ntried 5 of 5 changes, $0.010000 so far\n',
    );
    assert.match(out, /shop +Suppressed noMatch +Alerted 90 +\$0\.002 +price 1$/m);
    assert.match(out, /^Would have alerted 5 times in 30 days, for \$0\.01\. Then it never/m);
  });

  it('asks no more when nothing is left of the maximum, and ends with 1', async () => {
    script(result([1, 2, 3, 4, 5].map((id) => open(id))), (ids) =>
      result(ids.map((id) => judged(id))),
    );
    const { code, out } = await run('--max-tokens', '1600');
    assert.equal(code, 1);
    assert.equal(asked().length, 2);
    assert.match(
      out,
      /^Would have alerted at least 4 times .*\nOf 1 of 5 changes it is not known/m,
    );
  });

  it('takes a cost that nobody knows for the whole maximum', async () => {
    script(result([1, 2, 3, 4, 5].map((id) => open(id))), (ids) =>
      result(ids.map((id) => judged(id, { costUsd: null }))),
    );
    const { out } = await run('--max-cost', '1');
    assert.equal(asked().length, 2);
    assert.match(out, /for 1600 tokens/);
  });

  it('loses nothing of what was judged when the API refuses on the way', async () => {
    script(result([1, 2, 3, 4, 5].map((id) => open(id))), (ids) =>
      ids.includes(5)
        ? failure(429, 'Too many requests; wait a moment')
        : result(ids.map((id) => judged(id))),
    );
    const { code, out, err } = await run('--max-cost', '1');
    assert.equal(code, 1);
    assert.match(out, /price 4/);
    assert.match(err, /duckmon: Too many requests; wait a moment\n$/);
  });

  it('wants a maximum in tokens where the model has no known price', async () => {
    script(result([open(1, { most: { tokens: 900, costUsd: null } })]));
    const { code, err } = await run('--max-cost', '1');
    assert.equal(code, 2);
    assert.match(err, /--max-cost: small-model has no known price; give --max-tokens/);
    assert.match((await run()).out, /needs at most --max-tokens 900\./);
    assert.equal(asked().length, 2);
  });

  it('says why a change was not judged, and what could not be tried of it', async () => {
    const reasons = ['maximum', 'textGone', 'budget_exhausted'];
    const changes = reasons.map((reason, id) => open(id, { reason, problems: ['cheap: no text'] }));
    script(result(changes));
    const { out } = await run();
    assert.match(out, /might have cost more than the maximum; cheap: no text/);
    assert.match(out, /its text is not kept any more/);
    assert.match(out, /the budget of this month does not reach/);
  });

  it('says that nothing changed, or that there were more changes than it tried', async () => {
    script(result([]));
    assert.match((await run()).out, /^Nothing changed in the last 30 days that could be tried\.$/m);
    script(result([fires(1)], { more: true }));
    assert.match((await run('--last', '1')).out, /more changes than the 1 newest/);
  });

  it('gives scripts the whole result with what it cost, and nothing besides', async () => {
    script(result([open(1)]), () => result([judged(1)]));
    const { code, out } = await run('--max-cost', '1', '-o', 'json');
    assert.equal(code, 0);
    const { facts: _facts, ...whole } = result([judged(1)]);
    const spent = { tokensIn: 350, tokensOut: 50, costUsd: '0.002000' };
    assert.deepEqual(JSON.parse(out), { ...whole, ...spent });
  });

  it('ends with 3 where no such monitor is stored', async () => {
    script(failure(404, 'There is no monitor "shop".'));
    const { code, err } = await run();
    assert.deepEqual([code, err], [3, 'duckmon: There is no monitor "shop".\n']);
  });

  it('names the flag that is wrong, and asks nothing', async () => {
    for (const [flag, value, why] of [
      ['--days', '0', /--days 0: must be a whole number above 0/],
      ['--days', '401', /--days 401: must be at most 400/],
      ['--last', '101', /--last 101: must be at most 100/],
      ['--max-cost', 'much', /--max-cost much: must be an amount of US dollars above 0/],
      ['--max-cost', '0', /--max-cost 0: must be an amount/],
      ['--max-tokens', '1.5', /--max-tokens 1\.5: must be a whole number/],
    ] as const) {
      const { code, err } = await run(flag, value);
      assert.equal(code, 2, flag);
      assert.match(err, why);
    }
    assert.equal(world.api.seen.length, 0);
  });

  it('lets no escape code of a page reach the terminal', async () => {
    script(result([open(1, { alerts: ['\u001b[31mred'] })]));
    assert.ok(!(await run()).out.includes('\u001b'));
  });

  it('writes its exit codes into its help', async () => {
    assert.match((await world.cli(['backtest', '--help'])).out, /^ {2}1 {2}failed, or a maximum/m);
  });
});
