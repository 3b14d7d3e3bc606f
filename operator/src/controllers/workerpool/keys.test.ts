import assert from 'node:assert/strict';
import type { StatusKey } from '../../../../crds/types/monitorplatform.ts';
import type { TableReader } from '../../keys/table.ts';
import { poolKeys, type PoolKeysInput } from './keys.ts';
import type { Pod } from './pods.ts';
import { NOON } from './testing.ts';

const ago = (seconds: number): string => new Date(NOON.getTime() - seconds * 1000).toISOString();
const podOf = (name: string, ip: string | undefined, readySince: string | undefined = ago(60)) =>
  ({ metadata: { name, namespace: 'team' }, ip, readySince }) as Pod;
const readerOf = (
  address: string,
  kids: readonly string[] | undefined,
  service: TableReader['service'] = 'browser',
): TableReader => ({ name: `${service} at ${address}`, service, address, kids });
const key = (kid: string, state: StatusKey['state'], ring: StatusKey['ring'] = 'Internal') =>
  ({ kid, state, ring, fingerprint: '', created: ago(0) }) satisfies StatusKey;
const keys = [key('old', 'Previous'), key('new', 'Current'), key('other', 'Current', 'Jwt')];
const found = (patch: Partial<PoolKeysInput> = {}) =>
  poolKeys({ component: 'browser', pods: [], readers: [], keys, now: NOON, ...patch });

describe('operator: keys of the pods of a pool', () => {
  it('are matched by the address of the pod, of whatever family', () => {
    const pods = [podOf('a', '10.0.0.1'), podOf('b', 'fd00::1'), podOf('c', '10.0.0.11')];
    const readers = [
      readerOf('10.0.0.1:8001', ['old-scheduler', 'new-scheduler']),
      readerOf('[fd00::1]:8001', ['old-scheduler']),
      readerOf('10.0.0.11', undefined),
    ];
    assert.deepEqual(found({ pods, readers }), { waitingFor: ['b', 'c'], unasked: [] });
  });

  it('are current when the pod has the one in use, whatever else it has', () => {
    const pods = [podOf('a', '10.0.0.1')];
    const holding = (...kids: string[]) =>
      found({ pods, readers: [readerOf('10.0.0.1:8001', kids)] })?.waitingFor;
    assert.deepEqual(holding('new-scheduler'), []);
    assert.deepEqual(holding('new-scheduler', 'old-scheduler', 'next-scheduler'), []);
    assert.deepEqual(holding('other-scheduler'), ['a']);
    assert.deepEqual(holding(), ['a']);
  });

  it('are not those of another service at the same address', () => {
    const pods = [podOf('a', '10.0.0.1')];
    const readers = [readerOf('10.0.0.1:8002', ['new-scheduler'], 'llm')];
    assert.deepEqual(found({ pods, readers }), { waitingFor: [], unasked: ['a'] });
    assert.deepEqual(found({ pods, readers, component: 'llm' })?.unasked, []);
  });

  it('are not waited for of pods that take no work, or began to a moment ago', () => {
    const pods = [
      podOf('starting', '10.0.0.1', undefined),
      podOf('young', '10.0.0.2', ago(29)),
      podOf('old', '10.0.0.3', ago(30)),
      podOf('nowhere', undefined),
    ].map((pod) => (pod.metadata.name === 'starting' ? { ...pod, readySince: undefined } : pod));
    assert.deepEqual(found({ pods }), { waitingFor: [], unasked: ['old'] });
  });

  it('are unknown while the scheduler does not say, or no key is in use', () => {
    assert.equal(found({ readers: undefined }), undefined);
    assert.equal(found({ keys: undefined }), undefined);
    assert.equal(found({ keys: [key('x', 'Next'), key('y', 'Current', 'Jwt')] }), undefined);
  });
});
