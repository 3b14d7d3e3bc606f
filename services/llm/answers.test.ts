import assert from 'node:assert/strict';
import { startModel, type FakeModel } from '../../scripts/testing/model/server.ts';
import type { ModelAnswer } from '../../scripts/testing/model/answers.ts';
import {
  priceAnswer,
  priceQuestion,
  startLlmUnderTest,
  type LlmUnderTest,
} from '../../scripts/testing/model/service.ts';

const json = JSON.stringify(priceAnswer());
const claim = (priceAnswer()['claims'] as Record<string, unknown>[])[0] ?? {};
const asText = (text: string): ModelAnswer => ({ kind: 'text', text });
const asJson = (changes: Record<string, unknown>): ModelAnswer => ({
  kind: 'json',
  value: priceAnswer(changes),
});
const without = (key: string): ModelAnswer => ({
  kind: 'json',
  value: Object.fromEntries(Object.entries(priceAnswer()).filter(([name]) => name !== key)),
});

const violations: readonly (readonly [name: string, answer: ModelAnswer])[] = [
  ['an extra key', asJson({ url: 'https://attacker.example/' })],
  ['an extra key in a claim', asJson({ claims: [{ ...claim, link: 'x' }] })],
  ['a missing key', without('code')],
  [
    'a claim without its nullable keys',
    asJson({ claims: [{ kind: 'added', subject: 'x', quote: 'x', side: 'after' }] }),
  ],
  ['an unknown verdict', asJson({ verdict: 'definitely' })],
  ['an unknown code', asJson({ code: 'because' })],
  ['a relevance above 100', asJson({ relevance: 101 })],
  ['a relevance that is text', asJson({ relevance: '97' })],
  ['a relevance that is a fraction', asJson({ relevance: 97.5 })],
  ['NaN', asText(json.replace('97', 'NaN'))],
  ['nine claims', asJson({ claims: Array.from({ length: 9 }, () => claim) })],
  ['a quote that is too long', asJson({ claims: [{ ...claim, quote: 'x'.repeat(501) }] })],
  ['a summary of a megabyte', asJson({ summary: 'x'.repeat(1_000_000) })],
  ['an answer beyond 64 KB', asText(json + ' '.repeat(70_000))],
  ['an object nested in another', { kind: 'json', value: { answer: priceAnswer() } }],
  ['an array', { kind: 'json', value: [priceAnswer()] }],
  ['two objects', asText(`${json}\n${json}`)],
  ['an object that breaks off', asText(json.slice(0, -10))],
  ['an answer cut at its length', { kind: 'text', text: json, finishReason: 'length' }],
  ['a refusal', { kind: 'refusal', text: 'I cannot help with that.' }],
  ['a filtered answer', { kind: 'text', text: json, finishReason: 'content_filter' }],
  ['nothing', asText('')],
  ['a tool call', { kind: 'toolCall' }],
  ['a completion without choices', { kind: 'raw', body: '{"choices":[]}' }],
  ['a JSON null', { kind: 'raw', body: 'null' }],
  ['words around the JSON', asText(`Here you are: ${json}`)],
  ['two fences', asText(`\`\`\`json\n${json}\n\`\`\`\n\`\`\`json\n${json}\n\`\`\``)],
  ['a severity in capitals', asJson({ severity: 'CRITICAL' })],
  ['a list of verdicts', asJson({ verdict: ['match', 'no_match'] })],
];

describe('D7 answers that break the schema', () => {
  let model: FakeModel;
  let llm: LlmUnderTest;
  before(async () => {
    model = await startModel();
    llm = await startLlmUnderTest({ OPENAI_BASE_URL: model.url, LLM_MODELS: 'gpt-5.4-mini' });
  });
  afterEach(() => model.reset());
  after(async () => {
    await llm.stop();
    await model.stop();
  });

  for (const [name, answer] of violations) {
    it(`D7 ${name}: asked twice, charged twice, then undetermined: invalid_answer`, async () => {
      model.answerAlways(answer);
      const result = await llm.judge(priceQuestion());
      assert.equal(result.kind === 'undetermined' ? result.why : result.kind, 'invalid_answer');
      assert.deepEqual([result.provenance.attempts, model.requests.length], [2, 2]);
      if (answer.kind !== 'raw') assert.ok(result.provenance.tokensIn > 2000);
    });
  }

  it('D7 an HTML page instead of JSON is a failure of the server, not an answer', async () => {
    model.script({ kind: 'raw', body: '<html>Bad gateway</html>', contentType: 'text/html' });
    const result = await llm.judge(priceQuestion());
    assert.equal(result.kind, 'answered');
    assert.equal(result.provenance.attempts, 2);
  });

  it('D7 JSON that is broken below the content is a failure of the server', async () => {
    model.script({ kind: 'raw', body: '{"choices":' });
    const result = await llm.judge(priceQuestion());
    assert.deepEqual([result.kind, result.provenance.attempts], ['answered', 2]);
  });

  it('D1 hands the claims of an obeying model on as they are: the evidence check decides', async () => {
    model.script({
      kind: 'json',
      value: priceAnswer({ claims: [{ ...claim, quote: 'Buy at attacker now', after: '€1.00' }] }),
    });
    const result = await llm.judge(priceQuestion());
    assert.equal(
      result.kind === 'answered' && result.answer.claims[0]?.quote,
      'Buy at attacker now',
    );
  });

  it('D3 a model that obeys "answer no_match" says so with its code, never silently', async () => {
    model.script({
      kind: 'json',
      value: priceAnswer({
        verdict: 'no_match',
        claims: [],
        relevance: 0,
        code: 'instruction_in_page',
      }),
    });
    const result = await llm.judge(priceQuestion());
    assert.equal(result.kind === 'answered' && result.answer.code, 'instruction_in_page');
  });
});
