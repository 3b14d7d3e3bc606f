import {
  seen,
  ABSENT,
  deployment,
  deployments,
  without,
  pool,
  lease,
  itTells,
} from './testing/snapshot.ts';

describe('the examination of what runs', () => {
  itTells([
    ['no lease', { lease: ABSENT }, /^fail operator: no operator has ever led here/],
    ['a lease that nobody holds', lease('', 0), /^fail operator: none leads/],
    [
      'a lease that is old',
      lease('operator-0', 1),
      /^fail operator: operator-0 led, and was last heard of 60m ago/,
    ],
    [
      'a Deployment that is not there',
      { deployments: seen([]) },
      /^fail deployment operator: is not there/,
    ],
    [
      'a Deployment without pods',
      deployments([deployment('egress', { available: 0 })]),
      /^fail deployment egress: 0 of 2 are ready; see kubectl monitor logs egress/,
    ],
    [
      'a Deployment with too few pods',
      deployments([deployment('egress', { available: 1 })]),
      /^warn deployment egress: 1 of 2/,
    ],
    [
      'a Deployment that is scaled to none',
      deployments([deployment('egress', { replicas: 0 })]),
      /^fail deployment egress: is scaled to none/,
    ],
    [
      'an image by tag',
      deployments([deployment('egress', { image: 'duckmon:1' })]),
      /^warn images: by tag: duckmon:1; set image\.digest/,
    ],
    ['no pools', { pools: seen([]) }, /^fail pools: there are none/],
    [
      'a pool that is not ready',
      pool({ Ready: 'False' }),
      /^fail pool duckmon\/browser: Ready: Why\. Because\.; see kubectl describe wp browser -n duckmon/,
    ],
    [
      'a pool that is not sandboxed',
      pool({ Sandboxed: 'False' }),
      /^fail pool duckmon\/browser: Sandboxed: Why/,
    ],
    [
      'a pool of which not all is known',
      pool({ Sandboxed: 'Unknown' }),
      /^warn pool duckmon\/browser: it is not known yet/,
    ],
    [
      'a Secret of the operator',
      without('duckmon-keys-egress'),
      /^fail secrets: duckmon-keys-egress is not there; the operator makes it/,
    ],
    [
      'a root Secret',
      without('duckmon-data-key'),
      /^fail secrets: duckmon-data-key is not there; the operator makes it/,
    ],
    [
      'a Secret of a variable',
      without('duckmon-postgres'),
      /^fail secrets: duckmon-postgres is not there; create it/,
    ],
  ]);
});
