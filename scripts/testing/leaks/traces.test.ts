import assert from 'node:assert/strict';
import { leakFinder, tracesOf } from './traces.ts';

const CANARY = 'C4nary+Value/with=signs&and spaces?9f27c1';

describe('traces of a secret', () => {
  const find = leakFinder(new Map([['canary', CANARY]]));
  const bytes = Buffer.from(`xy${CANARY}`);

  for (const [what, text] of Object.entries({
    'a part': CANARY.slice(5, 13),
    base64: bytes.toString('base64'),
    'base64url from another place': bytes.subarray(1).toString('base64url'),
    'base64 from a third place': bytes.subarray(2).toString('base64'),
    hex: bytes.toString('hex'),
    'percent-encoding': encodeURIComponent(CANARY),
    JSON: JSON.stringify(`"${CANARY}`),
  }))
    it(`E9 are found in a longer text as ${what}`, () => {
      assert.deepEqual(find(`before ${text} after`), ['canary']);
    });

  it('are not found where nothing of the secret is', () => {
    assert.deepEqual(
      find(`nothing of it, but ${CANARY.slice(0, 7)} and ${CANARY.slice(9, 16)}`),
      [],
    );
  });

  it('are found in the same texts as by looking for each alone', () => {
    for (const text of [CANARY.slice(3), bytes.toString('base64').slice(4, 12), 'x'.repeat(100)])
      assert.equal(
        find(text).length > 0,
        [...tracesOf(CANARY)].some((trace) => text.includes(trace)),
      );
  });
});
