import assert from 'node:assert/strict';
import { noteWords, summaryWords, whyNot, type Imported } from './web/src/parts/importReport.ts';
import './testing/english.ts';

const one = (state: Imported['state']): Imported => ({
  kind: 'MonitorJob',
  name: state,
  label: state,
  notes: [],
  state,
  problems: [],
});
const report = (...states: readonly Imported['state'][]) => ({
  from: 'uptimeKuma' as const,
  objects: states.map(one),
  skipped: [],
  notes: [],
});

describe('the words of an import', () => {
  it('say how many entries become what', () => {
    assert.equal(
      summaryWords({
        ...report('new', 'new', 'taken', 'refused', 'created'),
        skipped: [{ label: 'x', why: 'y', todo: '' }],
      }),
      '6 entries of Uptime Kuma: 1 created, 2 can be created, 1 left alone, because the name is taken, 1 refused, 1 skipped.',
    );
    assert.equal(summaryWords(report('new')), '1 entry of Uptime Kuma: 1 can be created.');
    assert.equal(summaryWords(report()), '0 entries of Uptime Kuma: nothing can be made of it.');
  });

  it('say why, and what to do where something can be done', () => {
    assert.equal(noteWords({ why: 'no proxy', todo: '' }), 'no proxy.');
    assert.equal(noteWords({ why: 'no proxy', todo: 'do without' }), 'no proxy; do without.');
  });

  it('say of a file that is too large or empty what to do', () => {
    assert.equal(whyNot({ size: 1 }), undefined);
    assert.equal(whyNot({ size: 240 * 1024 }), undefined);
    assert.match(whyNot({ size: 240 * 1024 + 1 }) ?? '', /npx duckmon import FILE/);
    assert.match(whyNot({ size: 0 }) ?? '', /empty/);
  });
});
