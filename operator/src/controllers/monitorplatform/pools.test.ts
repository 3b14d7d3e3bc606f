import assert from 'node:assert/strict';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { browserNamespaces, platformPools } from './pools.ts';

describe('operator: pools of the platform', () => {
  const platform = {
    metadata: { namespace: 'duckmon' },
    spec: {
      pools: {
        browser: { replicas: 3, slotsPerPod: 4 },
        llm: { replicas: 2, slotsPerPod: 8, model: { name: 'm' } },
      },
    },
  } as unknown as MonitorPlatform;

  it('are as its spec says, but for the number of pods, which is left to whoever scales', () => {
    assert.deepEqual(
      platformPools(platform).map(({ metadata: { namespace, name }, spec }) => [
        `${namespace}/${name}`,
        spec,
      ]),
      [
        ['duckmon/browser', { role: 'Browser', slotsPerPod: 4 }],
        ['duckmon/llm', { role: 'LLM', slotsPerPod: 8, model: { name: 'm' } }],
      ],
    );
  });
  it('of browsers say which namespaces need keys and policies', () => {
    const pool = (namespace: string, role = 'Browser'): WorkerPool =>
      ({ metadata: { namespace }, spec: { role } }) as unknown as WorkerPool;
    assert.deepEqual(browserNamespaces([pool('b'), pool('a'), pool('b'), pool('duckmon', 'LLM')]), [
      'b',
      'a',
    ]);
  });
});
