import assert from 'node:assert/strict';
import type { EgressAllow } from '../../../../crds/types/monitorplatform.ts';
import { ungrantedTargets } from './egress.ts';
import { poolOf } from './testing.ts';

const asks = (...allow: { cidr: string; ports: number[] }[]) =>
  poolOf({ egress: { allow } }, { namespace: 'team' });
const one = asks({ cidr: '10.1.2.0/24', ports: [80, 443] });

describe('operator: private targets of a pool', () => {
  it('C18 are not opened by the pool: each that the platform does not grant is named', () => {
    assert.deepEqual(ungrantedTargets(one), ['10.1.2.0/24 port 80, 443']);
    assert.deepEqual(ungrantedTargets(one, []), ['10.1.2.0/24 port 80, 443']);
  });

  it('need nothing more where an entry of the platform covers them', () => {
    const cases: readonly EgressAllow[][] = [
      [{ cidr: '10.0.0.0/8', ports: [443, 80, 8080] }],
      [{ cidr: '10.1.2.0/24', ports: [80, 443], namespaces: ['other', 'team'] }],
      [
        { cidr: '10.0.0.0/8', ports: [80] },
        { cidr: '10.1.0.0/16', ports: [443] },
      ],
    ];
    for (const granted of cases) assert.deepEqual(ungrantedTargets(one, granted), []);
    assert.deepEqual(ungrantedTargets(poolOf()), []);
  });

  it('are not covered by a part of them, other ports, other namespaces or pods', () => {
    const cases: readonly (readonly [EgressAllow, string])[] = [
      [{ cidr: '10.1.2.0/25', ports: [80, 443] }, '80, 443'],
      [{ cidr: '10.1.2.0/24', ports: [80] }, '443'],
      [{ cidr: '10.1.2.0/24', ports: [80, 443], namespaces: ['other'] }, '80, 443'],
      [{ cidr: 'fd00::/8', ports: [80, 443] }, '80, 443'],
      [
        {
          namespaceSelector: { matchLabels: { a: 'b' } },
          podSelector: { matchLabels: { c: 'd' } },
          ports: [80, 443],
        },
        '80, 443',
      ],
    ];
    for (const [granted, ports] of cases)
      assert.deepEqual(ungrantedTargets(one, [granted]), [`10.1.2.0/24 port ${ports}`]);
  });

  it('are named when they are no block of addresses at all', () => {
    const granted = [{ cidr: '0.0.0.0/0', ports: [80] }];
    const wrong = asks({ cidr: '300.0.0.0/8', ports: [80] });
    assert.deepEqual(ungrantedTargets(wrong, granted), ['300.0.0.0/8 port 80']);
  });
});
