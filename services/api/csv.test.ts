import assert from 'node:assert/strict';
import { csvLine } from './csv.ts';

describe('a line of comma-separated values', () => {
  it('quotes what would end a cell or a line', () => {
    assert.equal(
      csvLine(['a', 'b,c', 'say "x"', 'two\nlines']),
      'a,"b,c","say ""x""","two\nlines"\r\n',
    );
  });

  for (const start of ['=', '+', '-', '@', '\t', '\r'])
    it(`makes no formula of a cell that begins with ${JSON.stringify(start)}`, () => {
      assert.match(csvLine([`${start}1+1`]), /^"?'/);
    });
});
