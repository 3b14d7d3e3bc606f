import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { priceAnswer } from '../../scripts/testing/model/service.ts';
import { parseAnswer, type Answer } from './parse.ts';

describe('reading an answer', () => {
  const valid = JSON.stringify(priceAnswer());
  const read = (text: string): Answer => {
    const parsed = parseAnswer(text, 'ab12|');
    assert.ok(parsed.kind === 'valid');
    return parsed.answer;
  };

  for (const [name, text] of [
    ['bare', valid],
    ['with white space around', `\n ${valid} \n`],
    ['in a fence', `\`\`\`json\n${valid}\n\`\`\``],
    ['in a fence without a language', `\`\`\`\n${valid}\n\`\`\``],
    ['after a block of thoughts', `<think>\n{"verdict": "no"}\n</think>\n\n${valid}`],
  ] as const)
    it(`accepts an object ${name}`, () => {
      assert.equal(read(text).summary, 'The price rose from €49.00 to €54.00.');
    });

  it('takes the mark off what was quoted', () => {
    const [claim] = priceAnswer()['claims'] as Record<string, unknown>[];
    const text = JSON.stringify(
      priceAnswer({ claims: [{ ...claim, quote: 'ab12|+ Price: €54.00' }] }),
    );
    assert.equal(read(text).claims[0]?.quote, 'Price: €54.00');
  });

  it('leaves a minus sign that belongs to the page', () => {
    const [claim] = priceAnswer()['claims'] as Record<string, unknown>[];
    const text = JSON.stringify(priceAnswer({ claims: [{ ...claim, quote: '- 5 °C' }] }));
    assert.equal(read(text).claims[0]?.quote, '- 5 °C');
  });

  it('shortens prose that is a little too long', () => {
    const { summary } = read(JSON.stringify(priceAnswer({ summary: 'word '.repeat(80) })));
    assert.ok(summary.length <= 280 && summary.endsWith('…'));
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.equal(parseAnswer(text, 'ab12|').kind, 'invalid');
      }),
    );
  });
});
