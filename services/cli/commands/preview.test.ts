import assert from 'node:assert/strict';
import type { PreviewResult } from '../../core/contracts/scheduler.ts';
import { useFixture } from '../testing/fixture.ts';

const job = (name: string): string =>
  `apiVersion: mon.duckerhub.com/v1alpha1\nkind: MonitorJob\nmetadata:\n  name: ${name}\nspec: {}\n`;
const source: PreviewResult['sources'][number] = {
  source: 'shop',
  outcome: 'page',
  title: 'Duck shop',
  finalUrl: 'http://127.0.0.1:9180/',
  status: 200,
  extractor: 'http@1',
  text: 'Duck 39',
  normalised: 'Duck 39\nCart',
  problem: null,
  hunks: [],
  warnings: [],
};
const result = (more: Partial<PreviewResult> = {}): PreviewResult => ({
  sources: [source],
  conditions: [],
  verdict: null,
  tokensIn: 0,
  tokensOut: 0,
  costUsd: null,
  ...more,
});

describe('duckmon preview', () => {
  const world = useFixture();
  const preview = async (body: PreviewResult, ...more: string[]) => {
    world.write('a.yaml', job('shop'));
    world.api.script['POST /api/v1/preview'] = { body };
    return world.cli(['preview', '-f', 'a.yaml', ...more]);
  };

  it('shows what was read of the page', async () => {
    const { code, out } = await preview(result());
    assert.equal(code, 0);
    assert.deepEqual(out.split('\n'), [
      'shop http://127.0.0.1:9180/ http@1 Duck shop',
      '  | Duck 39',
      '  | Cart',
      '  no difference to the last check',
      '',
    ]);
  });
  it('asks no model unless it is told to', async () => {
    await preview(result());
    await preview(result(), '--judge');
    assert.deepEqual(
      world.api.seen.map(({ body }) => (body as { judge: boolean }).judge),
      [false, true],
    );
  });
  it('sends the manifest', async () => {
    await preview(result());
    assert.equal(
      JSON.stringify(world.api.seen[0]?.body).includes('"metadata":{"name":"shop"}'),
      true,
    );
  });
  it('shows the first lines of a long page and how many there are', async () => {
    const normalised = Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n');
    const { out } = await preview(result({ sources: [{ ...source, normalised }] }));
    assert.match(out, /… 30 more lines/);
  });
  it('ends with 1 when a page could not be fetched', async () => {
    const failed = { ...source, outcome: 'failed' as const, problem: 'no such host' };
    const { code, out } = await preview(result({ sources: [failed] }));
    assert.equal(code, 1);
    assert.match(out, /failed: no such host/);
  });
  it('says that a page is not judgeable', async () => {
    const captcha = { ...source, outcome: 'notJudgeable' as const, problem: 'captcha' };
    const { code, out } = await preview(result({ sources: [captcha] }));
    assert.equal(code, 0);
    assert.match(out, /not judgeable: captcha/);
  });
  it('shows what each value reads now and of which text, or why it reads nothing', async () => {
    const price = { name: 'price', number: '1299.5', unit: 'EUR', why: null, found: '1.299,50 €' };
    const stock = { name: 'stock', number: null, unit: null, found: '' };
    const values = [price, { ...stock, why: 'notFound' as const }];
    const { code, out } = await preview(result({ sources: [{ ...source, values }] }));
    assert.equal(code, 0);
    assert.match(out, /^ {2}value price: 1299\.5 EUR from "1\.299,50 €"$/m);
    assert.match(out, /^ {2}value stock: nothing is read: nothing was found by its selector$/m);
  });
  it('says of the values of a page that could not be read nothing besides', async () => {
    const values = [{ name: 'a', number: null, unit: null, why: 'noPage' as const, found: '' }];
    const failed = { ...source, outcome: 'failed' as const, problem: 'no such host', values };
    assert.doesNotMatch((await preview(result({ sources: [failed] }))).out, /value a/);
  });
  it('says which conditions hold', async () => {
    const conditions = [
      { name: 'cheap', holds: true, evidence: '39 < 50' },
      { name: 'sold-out', holds: false, evidence: '' },
    ];
    const { out } = await preview(result({ conditions }));
    assert.match(out, /condition cheap: holds 39 < 50\ncondition sold-out: does not hold\n/);
  });
  it('shows verdict and cost', async () => {
    const verdict = { verdict: 'match', relevance: 90, summary: 'The price fell.' };
    const { out } = await preview(
      result({ verdict, tokensIn: 1200, tokensOut: 80, costUsd: '0.0012' }),
    );
    assert.match(
      out,
      /verdict: match 90\n {2}The price fell\.\ncost: 1200 tokens in, 80 out, \$0\.0012\n/,
    );
  });
  it('says that the cost of a model without a price is unknown', async () => {
    const { out } = await preview(result({ verdict: { verdict: 'no_match' } }));
    assert.match(out, /unknown$/m);
  });
  it('gives scripts the whole answer', async () => {
    assert.deepEqual(JSON.parse((await preview(result(), '-o', 'json')).out), result());
  });
  it('wants to know which of several MonitorJobs is meant', async () => {
    world.write('two.yaml', `${job('a')}---\n${job('b')}`);
    const { code, err } = await world.cli(['preview', '-f', 'two.yaml']);
    assert.equal(code, 2);
    assert.match(err, /choose one with --name: a, b/);
  });
  it('takes the one that is named', async () => {
    world.write('two.yaml', `${job('a')}---\n${job('b')}`);
    world.api.script['POST /api/v1/preview'] = { body: result() };
    assert.equal((await world.cli(['preview', '-f', 'two.yaml', '--name', 'b'])).code, 0);
  });
  it('says when there is no MonitorJob in the file', async () => {
    world.write('c.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
    assert.match((await world.cli(['preview', '-f', 'c.yaml'])).err, /no MonitorJob in c\.yaml/);
  });
});
