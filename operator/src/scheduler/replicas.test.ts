import assert from 'node:assert/strict';
import fc from 'fast-check';
import { joinReports, joinTables } from './replicas.ts';
import { reader, report, waits } from './testing/answers.ts';

describe('operator: the key tables of several schedulers', () => {
  it('takes the last time at which new keys were asked for, of those that know', () => {
    const [early, late] = ['2026-11-25T12:00:00Z', '2026-11-25T13:00:00Z'];
    const tables = [
      { readers: [], asked: { graceful: early, urgent: early } },
      { readers: null, asked: { graceful: late } },
      { readers: [] },
    ];
    assert.deepEqual(joinTables(tables).asked, { graceful: late, urgent: early });
  });

  it('name everybody whom one of them knows', () => {
    const [a, b, c] = [reader('a', ['1']), reader('b', ['1']), reader('c', ['1'])];
    assert.deepEqual(joinTables([{ readers: [a, b] }, { readers: [b, c] }]), {
      readers: [a, b, c],
    });
  });

  it('B4 are unknown while one of them is, since who called only there is not known', () => {
    assert.deepEqual(joinTables([{ readers: [reader('a', ['1'])] }, { readers: null }]), {
      readers: null,
    });
  });

  it('B4 count a key of a process only when all that asked it saw the key', () => {
    const joined = joinTables([
      { readers: [reader('a', ['1', '2'])] },
      { readers: [reader('a', ['1'])] },
    ]);
    assert.deepEqual(joined.readers?.[0]?.kids, ['1']);
  });

  it('believe an answer more than silence, whoever got it', () => {
    const [silent, answered] = [reader('a', null), reader('a', ['1'])];
    for (const tables of [
      [silent, answered],
      [answered, silent],
    ])
      assert.deepEqual(joinTables(tables.map((one) => ({ readers: [one] }))), {
        readers: [answered],
      });
  });
});

describe('operator: what several schedulers have counted', () => {
  it('is the newest count, for all count the same rows', () => {
    const sealed = (ageMs: number) => ({ ageMs, uses: [] });
    const tables = [sealed(900), undefined, sealed(20), sealed(400)].map((one) => ({
      readers: [],
      ...(one && { sealed: one }),
    }));
    assert.equal(joinTables(tables).sealed?.ageMs, 20);
    assert.equal('sealed' in joinTables([{ readers: [] }]), false);
  });
});

describe('operator: the reports of several schedulers', () => {
  it('add up work and slots, and name each waiting check once', () => {
    const joined = joinReports([
      report({ waiting: [waits('a'), waits('b')] }),
      report({ running: 2, waiting: [waits('b'), waits('c')] }),
    ]);
    assert.deepEqual([joined.running, joined.slots], [3, 8]);
    assert.deepEqual(
      joined.waiting.map(({ id }) => id),
      ['a', 'b', 'c'],
    );
  });

  it('take the slowest of what was measured, and know nothing where nobody has', () => {
    const joined = joinReports([
      report({ p95Ms: { http: 100, browser: null }, judgeP95Ms: 5, queueAgeMs: 10 }),
      report({ p95Ms: { http: 300, browser: null }, queueAgeMs: 20 }),
    ]);
    assert.deepEqual(joined.p95Ms, { http: 300, browser: null });
    assert.deepEqual([joined.judgeP95Ms, joined.judgedShare, joined.queueAgeMs], [5, null, 20]);
  });

  it('are those of one scheduler when there is one', () => {
    const figure = fc.option(fc.nat(), { nil: null });
    const any = fc.record({ judgeP95Ms: figure, queueAgeMs: fc.nat(), running: fc.nat() });
    fc.assert(
      fc.property(any, (patch) => assert.deepEqual(joinReports([report(patch)]), report(patch))),
    );
  });
});
