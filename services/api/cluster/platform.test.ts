import assert from 'node:assert/strict';
import { HttpError } from '../../core/errors.ts';
import type { Transport } from '../../core/kube/transport.ts';
import { createPlatformReader } from './platform.ts';

const AT = '2026-03-01T12:00:00Z';
const ready = { type: 'Ready', status: 'True', reason: 'AllReady', lastTransitionTime: AT };
const PLATFORM = {
  spec: {
    egress: {
      allow: [
        { cidr: '10.1.2.0/24', ports: [8080], namespaces: ['team-a'] },
        { podSelector: { matchLabels: { app: 'wiki', tier: 'web' } }, ports: [80, 443] },
      ],
    },
  },
  status: { conditions: [{ ...ready, message: 'All is well.' }] },
};
const POOL = { metadata: { name: 'llm' }, spec: { role: 'LLM', replicas: 2 } };

describe('what the api reads of the platform', () => {
  const errors: unknown[] = [];
  const log = { error: (...said: unknown[]) => errors.push(said) };
  const asked: unknown[] = [];
  const kube = {
    get: (...what: unknown[]) => {
      asked.push(what);
      return Promise.resolve(PLATFORM);
    },
    list: (...what: unknown[]) => {
      asked.push(what);
      return Promise.resolve({ items: [POOL] });
    },
  } as unknown as Transport;

  it('are conditions, pools and what is opened, of its own namespace alone', async () => {
    const look = await createPlatformReader({ kube, namespace: 'duckmon', log })();
    assert.deepEqual(look, {
      conditions: [
        { type: 'Ready', status: 'True', reason: 'AllReady', message: 'All is well.', since: AT },
      ],
      pools: [
        {
          name: 'llm',
          role: 'LLM',
          replicas: 2,
          ready: 0,
          slots: 0,
          slotsNeeded: 0,
          conditions: [],
        },
      ],
      allow: [
        { target: '10.1.2.0/24', ports: [8080], namespaces: ['team-a'] },
        { target: 'app=wiki,tier=web', ports: [80, 443], namespaces: null },
      ],
    });
    assert.deepEqual(
      asked.map((what) => (what as readonly [unknown, { namespace?: string }])[1].namespace),
      ['duckmon', 'duckmon'],
    );
  });

  it('is nothing without a cluster, and without the namespace of an operator', async () => {
    for (const given of [
      { kube: undefined, namespace: 'duckmon' },
      { kube, namespace: undefined },
    ])
      assert.equal(await createPlatformReader({ ...given, log })(), undefined);
  });

  it('is refused in plain words when the API server does not say, and logged', async () => {
    const away = { ...kube, get: () => Promise.reject(new Error('away')) } as Transport;
    await assert.rejects(
      createPlatformReader({ kube: away, namespace: 'duckmon', log })(),
      (error) => error instanceof HttpError && error.code === 'unavailable',
    );
    assert.equal(errors.length, 1);
  });
});
