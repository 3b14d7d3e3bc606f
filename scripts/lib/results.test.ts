import assert from 'node:assert/strict';
import { beginPart, type Results } from './results.ts';

const none = (): Results => ({ passed: 0, failed: 0, failures: [] });

const OUTPUT = `
  .....!..

  7 passing (3s)
  1 failing

  1) the data key
       is turned:
     AssertionError: 5 !== 6
      at data.test.ts:3:1

=============================== Coverage summary ===============================
Statements   : 99.78% ( 12744/12771 )
`;

describe('results of a run of tests', () => {
  let results: Results;
  beforeEach(() => {
    results = none();
  });
  const read = (name: string, output: string) => {
    const part = beginPart(name, results);
    const closing = output.split('\n').filter((line) => part.line(line));
    return { part, closing };
  };

  it('are the sum of all parts', () => {
    const first = read('domain', '  2222 passing (3s)');
    assert.deepEqual(first.closing, ['  2222 passing (3s)']);
    assert.equal(first.part.end(0, false), undefined);
    assert.equal(read('operator', OUTPUT).part.end(1, false), undefined);
    assert.deepEqual([results.passed, results.failed], [2229, 1]);
  });

  it('keep what failed for the end, without what was covered', () => {
    read('domain', '  2222 passing (3s)').part.end(0, false);
    read('operator', OUTPUT).part.end(1, false);
    assert.deepEqual(results.failures, [
      [
        'operator: what failed',
        '  1) the data key',
        '       is turned:',
        '     AssertionError: 5 !== 6',
        '      at data.test.ts:3:1',
      ].join('\n'),
    ]);
  });

  it('say where the rest of a long report stands', () => {
    const diff = Array.from({ length: 200 }, (_, n) => `     + line ${n}`).join('\n');
    read('store', `  1 failing\n\n${diff}`).part.end(1, false);
    const lines = results.failures[0]?.split('\n') ?? [];
    assert.equal(lines.length, 152);
    assert.equal(lines.at(-1), '... 50 more lines stand above, where the part ran');
  });

  for (const [what, output, code, mayBeEmpty, problem] of [
    ['an exit that is not 0 after tests that passed', '  3 passing (1s)', 1, false, 'exit 1'],
    ['a part that ran nothing', '', 0, false, 'exit 0, no test ran'],
    ['a part that ended before its first test', '', 7, true, 'exit 7, no test ran'],
  ] as const)
    it(`count ${what} as a failed test`, () => {
      assert.equal(read('llm', output).part.end(code, mayBeEmpty), problem);
      assert.equal(results.failed, 1);
      assert.deepEqual(results.failures, [`llm: failed (${problem})`]);
    });

  it('take a part without a test of these titles as it is', () => {
    assert.equal(read('llm', '  0 passing (1ms)').part.end(0, true), undefined);
    assert.deepEqual(results, none());
  });
});
