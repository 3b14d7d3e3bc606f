import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nextDataKeyStep } from './dataKeyRing.ts';
import { newKeyEntry, type Keyring } from './keyring.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const TURNED = new Date('2026-03-01T11:50:00Z');
const old = newKeyEntry(TURNED, 'previous');
const current = newKeyEntry(TURNED);
const both: Keyring = { keys: [current, old] };

describe('turning the data key', () => {
  it('G17 makes a new key and keeps the one before', () => {
    const step = nextDataKeyStep({ keys: [current] }, [{ dataKey: current.kid, rows: 5 }], NOW);
    assert.ok(step.kind === 'turned');
    assert.deepEqual(
      step.ring.keys.map(({ state }) => state),
      ['current', 'previous'],
    );
    assert.deepEqual(step.ring.keys[1], { ...current, state: 'previous' });
    assert.notEqual(step.ring.keys[0]?.value, current.value);
  });

  it('G17 keeps the old key while a row of any kind needs it, and makes no third', () => {
    const uses = [
      { dataKey: old.kid, rows: 1 },
      { dataKey: current.kid, rows: 7 },
      { dataKey: old.kid, rows: 2 },
    ];
    assert.deepEqual(nextDataKeyStep(both, uses, NOW), { kind: 'waiting', rows: 3 });
  });

  it('G17 drops the old key when nothing needs it', () => {
    const uses = [
      { dataKey: old.kid, rows: 0 },
      { dataKey: current.kid, rows: 7 },
    ];
    const step = nextDataKeyStep(both, uses, NOW);
    assert.deepEqual(step, { kind: 'dropped', ring: { keys: [current] }, dropped: [old] });
  });

  it('G17 keeps the old key for ten minutes, for what was just being sealed with it', () => {
    const uses = [{ dataKey: old.kid, rows: 0 }];
    const early = new Date(NOW.getTime() - 1);
    assert.deepEqual(nextDataKeyStep(both, uses, early), { kind: 'settling', until: NOW });
    assert.equal(nextDataKeyStep(both, uses, NOW).kind, 'dropped');
  });

  it('G17 never drops a key that is needed, nor the current one', () => {
    const states = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(states, (needed) => {
        const others = needed.map(() => newKeyEntry(NOW, 'previous'));
        const uses = others.map(({ kid }, at) => ({ dataKey: kid, rows: needed[at] ? 1 : 0 }));
        const step = nextDataKeyStep({ keys: [current, ...others] }, uses, NOW);
        if (step.kind === 'waiting') return needed.every(Boolean);
        if (step.kind === 'settling') return false;
        const kept = step.ring.keys.map(({ kid }) => kid);
        const mustStay = others.filter((_, at) => needed[at]).map(({ kid }) => kid);
        return [current.kid, ...mustStay].every((kid) => kept.includes(kid));
      }),
    );
  });
});
