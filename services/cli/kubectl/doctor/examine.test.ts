import assert from 'node:assert/strict';
import { UNSEEN, linesOf, badOf } from './testing/snapshot.ts';

describe('the examination of an installation', () => {
  it('finds nothing wrong with one that is well, and says what it saw', () => {
    const lines = linesOf({});
    assert.deepEqual(badOf({}), []);
    for (const line of [
      'ok API server: answers, v1.34.1',
      'ok kinds: all four are there, v1alpha1',
      'ok operator: operator-0 leads',
      'ok deployment api: 2 of 2 are ready',
      'ok pool duckmon/browser: 1 pods with 4 slots, sandboxed',
      'ok secrets: all 10 are there',
      'ok keys: the oldest key in use is 2d old, of at most 2160h',
      'ok model: small-model',
      'ok namespaces: all 2 with MonitorJobs are watched',
      'ok admission policies: all 9 are there and deny',
      'ok address: the Ingress leads mon.example.org to the dashboard, with TLS',
      'ok backup: the last is 20h old',
    ])
      assert.ok(lines.includes(line), `${line} is not in\n${lines.join('\n')}`);
  });

  for (const part of [
    'crds',
    'platform',
    'lease',
    'deployments',
    'pools',
    'secrets',
    'monitored',
    'ownNamespace',
    'policies',
    'bindings',
    'backup',
    'ingress',
    'lacking',
  ] as const)
    it(`fails nothing because the caller may not see ${part}, and says so`, () => {
      const lines = badOf({ [part]: UNSEEN });
      assert.ok(lines.some((line) => line.includes('cannot be seen by you: forbidden')));
      assert.deepEqual(
        lines.filter((line) => line.startsWith('fail')),
        [],
      );
    });
});
