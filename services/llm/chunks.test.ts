import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { startModel } from '../../scripts/testing/model/server.ts';
import {
  priceAnswer,
  priceQuestion,
  startLlmUnderTest,
} from '../../scripts/testing/model/service.ts';
import { planChunks } from './chunks.ts';
import type { JudgeHunk } from './prompt.ts';

const hunk = (id: string, before: string, after: string): JudgeHunk => ({
  id,
  source: 's',
  kind: 'changed',
  section: '',
  before,
  after,
  context: { above: '', below: '' },
});

describe('dividing a long difference', () => {
  const plan = (hunks: JudgeHunk[], goal = 'anything', most = 1000): JudgeHunk[][] =>
    planChunks(hunks, goal, most);

  it('keeps a short one in one request, in the order of the page', () => {
    const chunks = plan([hunk('h1', 'a', 'b'), hunk('h2', 'price', 'price 2')], 'price');
    assert.deepEqual(
      chunks.map((chunk) => chunk.map(({ id }) => id)),
      [['h1', 'h2']],
    );
  });

  it('begins a new request when one is full', () => {
    const chunks = plan([hunk('h1', '', 'x'.repeat(700)), hunk('h2', '', 'y'.repeat(700))]);
    assert.deepEqual(
      chunks.map((chunk) => chunk.map(({ id }) => id)),
      [['h1'], ['h2']],
    );
  });

  it('asks first about what is most like the goal', () => {
    const others = Array.from({ length: 6 }, (_, at) => hunk(`o${at}`, '', 'word '.repeat(150)));
    const chunks = plan(
      [...others, hunk('h', 'Battery recall: none', 'Battery recall: all')],
      'battery recall',
    );
    assert.equal(chunks[0]?.[0]?.id, 'h');
  });

  it('keeps an old value beside its new one when both sides are long', () => {
    const side = (price: string): string =>
      `${'left '.repeat(100)}\nPrice ${price}\n${'right '.repeat(200)}`;
    const pieces = plan([hunk('h1', side('40'), side('50'))]).flat();
    const [with40] = pieces.filter(({ before }) => before.includes('40'));
    assert.ok(with40?.after.includes('50'));
  });

  it('keeps source and kind of page with each part', () => {
    const pieces = plan([hunk('h1', '', 'new line\n'.repeat(500))]).flat();
    assert.ok(pieces.length > 1);
    assert.deepEqual([...new Set(pieces.map(({ source }) => source))], ['s']);
    assert.deepEqual([pieces[0]?.id, Object.hasOwn(pieces[0] ?? {}, 'words')], ['h1.1', false]);
  });

  it('defect: facts beyond the first 8,000 characters never seen: every new or gone word is in some request', () => {
    const count = fc.integer({ min: 0, max: 300 });
    fc.assert(
      fc.property(fc.array(fc.tuple(count, count), { minLength: 1, maxLength: 5 }), (sizes) => {
        let next = 0;
        const words = (many: number, tag: string): string[] =>
          Array.from({ length: many }, () => `${tag}${(next += 1)}`);
        const sides = sizes.map(
          ([gone, added]) => [words(gone, 'gone'), words(added, 'new')] as const,
        );
        const pieces = plan(
          sides.map(([gone, added], at) => hunk(`h${at}`, gone.join(' '), added.join(' '))),
        ).flat();
        const seen = {
          gone: new Set(pieces.flatMap(({ before }) => before.split(/\s+/))),
          added: new Set(pieces.flatMap(({ after }) => after.split(/\s+/))),
        };
        for (const [gone, added] of sides) {
          assert.ok(gone.every((word) => seen.gone.has(word)));
          assert.ok(added.every((word) => seen.added.has(word)));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('makes no request larger than its budget', () => {
    const size = fc.integer({ min: 0, max: 2000 });
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 4 }), (sizes) => {
        const hunks = sizes.map((many, at) =>
          hunk(`h${at}`, 'x '.repeat(many / 2), 'y '.repeat(many / 2)),
        );
        for (const chunk of plan(hunks))
          assert.ok(
            chunk.reduce((sum, one) => sum + one.before.length + one.after.length, 0) <= 1000,
          );
      }),
      { numRuns: 6 },
    );
  });

  it('finds a fact at the end of a long page, by asking about every part', async () => {
    const model = await startModel();
    const llm = await startLlmUnderTest({ OPENAI_BASE_URL: model.url });
    model.answerAlways((request) => {
      const found = request.raw.includes('recall of batch 7');
      return {
        kind: 'json',
        value: found
          ? priceAnswer({ summary: 'A recall appeared.' })
          : priceAnswer({ verdict: 'no_match', claims: [], relevance: 1, code: 'not_relevant' }),
      };
    });
    try {
      const after = `${'Nothing of interest in this line.\n'.repeat(2000)}recall of batch 7`;
      const result = await llm.judge(
        priceQuestion({ hunks: [{ ...hunk('h1', '', after), kind: 'added' }] }),
      );
      assert.equal(result.kind === 'answered' && result.answer.summary, 'A recall appeared.');
      assert.ok(model.requests.length >= 3);
    } finally {
      await llm.stop();
      await model.stop();
    }
  });

  it('D13 asks twelve times at the most and then says that not all was judged', async () => {
    const model = await startModel();
    const llm = await startLlmUnderTest({ OPENAI_BASE_URL: model.url });
    model.answerAlways({
      kind: 'json',
      value: priceAnswer({ verdict: 'no_match', claims: [], relevance: 1, code: 'not_relevant' }),
    });
    try {
      const after = 'A line of a very long page.\n'.repeat(40_000);
      const result = await llm.judge(
        priceQuestion({ hunks: [{ ...hunk('h1', '', after), kind: 'added' }] }),
      );
      assert.equal(model.requests.length, 12);
      assert.equal(result.kind === 'answered' && result.answer.verdict, 'undetermined');
      assert.equal(result.kind === 'answered' && result.answer.code, 'insufficient');
    } finally {
      await llm.stop();
      await model.stop();
    }
  });
});
