import assert from 'node:assert/strict';
import { valueRows, withValues } from './readme.ts';

const VALUES = `# The name.
name: ''

# A group.
group:
  # Its first | value,
  # in two lines.
  one: 1
  # Its second.
  two: {a: b}
  bare:
    # Inside.
    three: [x]
`;
const MARKS = [
  '<!-- values: made from values.yaml by `npm run generate` -->\n',
  '<!-- end of values -->\n',
] as const;

describe('chart: table of values', () => {
  it('has a row for each value, with its default and its comment', () => {
    assert.deepEqual(valueRows(VALUES), [
      { name: 'name', value: '""', text: 'The name.' },
      { name: 'group', value: undefined, text: 'A group.' },
      { name: 'group.one', value: '1', text: 'Its first | value, in two lines.' },
      { name: 'group.two', value: '{"a":"b"}', text: 'Its second.' },
      { name: 'group.bare.three', value: '["x"]', text: 'Inside.' },
    ]);
  });

  it('stands between its marks, and the rest of the file stays', () => {
    const [begin, end] = MARKS;
    const made = withValues(`before\n${begin}old${end}after\n`, VALUES);
    assert.match(
      made,
      /^before\n<!-- values.*-->\n\n\| value [^]*\n\n<!-- end of values -->\nafter\n$/,
    );
    assert.ok(made.includes('| `group.one` | `1` | Its first \\| value, in two lines. |'), made);
    assert.ok(!made.includes('old'));
    assert.equal(withValues(made, VALUES), made);
  });

  it('refuses a README without the marks', () => {
    assert.throws(() => withValues('# nothing\n', VALUES), /must have the two marks/);
  });
});
