import assert from 'node:assert/strict';
import { COMPONENTS } from '../../testing/e2e/pods.ts';
import { blowOf } from './blows.ts';

describe('soak chaos: blows', () => {
  const kinds = (turns: number): string[] =>
    Array.from({ length: turns }, (_, turn) => blowOf(turn, () => 0).kind);

  it('takes the API server away once in fifteen blows, and reboots once in thirty', () => {
    const all = kinds(60);
    assert.equal(all.filter((kind) => kind === 'apiServer').length, 4);
    assert.equal(all.filter((kind) => kind === 'reboot').length, 2);
  });

  it('has both within the first three minutes', () => {
    assert.ok(['kill', 'apiServer', 'reboot'].every((kind) => kinds(18).includes(kind)));
  });

  it('kills every component, each as often as the others', () => {
    const killed = COMPONENTS.map((_, at) => blowOf(0, () => (at + 0.5) / COMPONENTS.length));
    assert.deepEqual(
      killed,
      COMPONENTS.map((component) => ({ kind: 'kill', component })),
    );
  });
});
