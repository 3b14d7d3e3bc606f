import assert from 'node:assert/strict';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import {
  seen,
  ABSENT,
  deployment,
  deployments,
  without,
  conditions,
  key,
  platform,
  WELL,
  badOf,
  itTells,
} from './testing/snapshot.ts';

describe('the examination of the platform', () => {
  itTells([
    [
      'no platform',
      { platform: ABSENT },
      /^fail platform: there is no MonitorPlatform default in duckmon/,
    ],
    [
      'a platform of which nothing is said',
      platform({ status: { conditions: [] } }),
      /^fail platform: the operator has said nothing/,
    ],
    [
      'an edit that is not taken up',
      platform({ status: { observedGeneration: 1 } }),
      /^warn platform: its last edit/,
    ],
    [
      'a key above its age',
      platform({ status: { keys: [key('Jwt', 2_161)] } }),
      /^fail keys: the oldest key in use is 90d old, of at most 2160h; run kubectl monitor rotate/,
    ],
    [
      'keys that nobody names',
      platform({ status: { keys: [] } }),
      /^warn keys: the operator names none yet/,
    ],
    ['no model', platform({ spec: { pools: { llm: {} } } }), /^warn model: none is configured/],
    [
      'a model without its Secret',
      without('duckmon-keys-model-openai'),
      /^fail model: the Secret duckmon-keys-model-openai with its key is not there/,
    ],
    [
      'a namespace that is not watched',
      { monitored: seen(['team-a', 'team-z']) },
      /^fail namespaces: team-z has MonitorJobs and is not watched; add it to namespaces\.list/,
    ],
  ]);

  for (const [type, status] of [
    ['Ready', 'False'],
    ['KeysCurrent', 'False'],
    ['KeysLost', 'True'],
    ['DataKeyLost', 'True'],
    ['NetworkPolicyEnforced', 'False'],
    ['Sandboxed', 'False'],
    ['SchedulerReachable', 'False'],
  ] as const)
    it(`takes ${type} ${status} for a failure, and its Unknown for a warning`, () => {
      const line = new RegExp(`platform: ${type}: Said; `);
      const [failure, ...others] = badOf(
        platform({ status: { conditions: conditions({ [type]: status }) } }),
      );
      assert.match(failure ?? '', new RegExp(`^fail ${line.source}`));
      assert.deepEqual(others, []);
      const [warning] = badOf(
        platform({ status: { conditions: conditions({ [type]: 'Unknown' }) } }),
      );
      assert.match(warning ?? '', new RegExp(`^warn ${line.source}`));
    });

  for (const type of ['Frozen', 'Paused'])
    it(`takes ${type} for what somebody wanted`, () => {
      const lines = badOf(platform({ status: { conditions: conditions({ [type]: 'True' }) } }));
      assert.match(lines.join(), new RegExp(`^warn platform: ${type}: Said`));
    });

  it('knows no limits of an operator that watches everywhere', () => {
    const everywhere = deployments([deployment('operator', { env: [] })]);
    assert.deepEqual(badOf({ ...everywhere, monitored: seen(['team-z']) }), []);
  });

  it('follows the address of the platform rather than that of the chart', () => {
    const own = platform({
      spec: {
        ...(WELL.platform as { value: MonitorPlatform }).value.spec,
        publicUrl: 'https://other.example.org',
      },
    });
    assert.match(badOf(own).join(), /another host than other\.example\.org/);
  });
});
