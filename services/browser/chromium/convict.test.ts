import assert from 'node:assert/strict';
import { convict, type Look } from './convict.ts';

const CAPS = { rendererBytes: 1000, browserBytes: 500 };

/** Renderers by their numbers: bytes and CPU time of each. */
const look = (
  browserBytes: number,
  renderers: Readonly<Record<number, [number, number]>>,
): Look => ({
  browserBytes,
  renderers: Object.entries(renderers).map(([pid, [bytes, cpuSeconds]]) => ({
    pid: Number(pid),
    bytes,
    cpuSeconds,
  })),
});

describe('who uses up the memory', () => {
  it('is nobody within the bounds', () => {
    const now = look(500, { 1: [1000, 9], 2: [10, 0] });
    assert.deepEqual(convict(now, undefined, CAPS, 2), { guilty: [], isFilled: false });
  });

  it('C24 is every renderer above its bound', () => {
    const now = look(500, { 1: [1001, 0], 2: [10, 9], 3: [2000, 0] });
    const guilty = [1, 3].map((pid) => ({ pid, why: 'memory' }));
    assert.deepEqual(convict(now, undefined, CAPS, 3), { guilty, isFilled: false });
  });

  it('C29 is the renderer that worked most while the process of all grew', () => {
    const before = look(400, { 1: [10, 90], 2: [10, 3], 3: [10, 0] });
    const now = look(501, { 1: [10, 90.1], 2: [10, 3.4], 3: [10, 0] });
    const expected = { guilty: [{ pid: 2, why: 'crash' }], isFilled: true };
    assert.deepEqual(convict(now, before, CAPS, 2), expected);
  });

  it('C29 is surely the page that is alone', () => {
    const now = look(501, { 1: [10, 4], 2: [10, 0] });
    assert.deepEqual(convict(now, undefined, CAPS, 1).guilty, [{ pid: 1, why: 'memory' }]);
  });

  it('is nobody any more when the process of all has ceased to grow', () => {
    const [before, now] = [look(700, { 1: [10, 0] }), look(700, { 1: [10, 4] })];
    assert.deepEqual(convict(now, before, CAPS, 2), { guilty: [], isFilled: true });
  });

  it('is nobody where the system does not tell', () => {
    assert.deepEqual(convict(look(0, {}), look(0, {}), CAPS, 1), { guilty: [], isFilled: false });
  });

  it('is nobody where only the process of all is left', () => {
    assert.deepEqual(convict(look(501, {}), undefined, CAPS, 1), { guilty: [], isFilled: true });
  });
});
