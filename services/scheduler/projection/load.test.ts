import assert from 'node:assert/strict';
import { createLoad, p95 } from './load.ts';

describe('scheduler: load', () => {
  it('says nothing from too few values', () => {
    assert.equal(p95(Array.from({ length: 19 }, () => 5)), null);
  });

  it('gives the value that 95 of 100 do not exceed', () => {
    assert.equal(p95(Array.from({ length: 100 }, (_, at) => 100 - at)), 95);
  });

  it('is unknown at the start, and never 0', () => {
    assert.deepEqual(createLoad().report(), {
      p95Ms: { http: null, browser: null },
      judgeP95Ms: null,
      judgedShare: null,
    });
  });

  it('forgets what lies 500 values back', () => {
    const load = createLoad();
    for (let at = 0; at < 500; at += 1) load.took('http', 9000);
    for (let at = 0; at < 500; at += 1) load.took('http', 10);
    assert.equal(load.report().p95Ms.http, 10);
  });

  it('tells the kinds of work apart', () => {
    const load = createLoad();
    for (let at = 0; at < 20; at += 1) {
      load.took('browser', 900);
      load.took('judge', 4000);
      load.checked(at % 4 === 0);
    }
    assert.deepEqual(load.report(), {
      p95Ms: { http: null, browser: 900 },
      judgeP95Ms: 4000,
      judgedShare: 0.25,
    });
  });
});
