import assert from 'node:assert/strict';
import {
  givenBack,
  isFree,
  nextTransitions,
  renewed,
  restMs,
  see,
  taken,
  type Lease,
  type LeaseSpec,
} from './lease.ts';

const NOON = new Date('2026-11-25T12:00:00Z');
const lease = (resourceVersion: string, spec: LeaseSpec = {}, uid = 'u1'): Lease => ({
  metadata: { namespace: 'ns', name: 'l', uid, resourceVersion },
  spec: { holderIdentity: 'other', leaseDurationSeconds: 10, leaseTransitions: 3, ...spec },
});
const candidate = { namespace: 'ns', name: 'l', identity: 'me' };

describe('kube: lease', () => {
  it('is the same sighting until the object changes', () => {
    const first = see(undefined, lease('1'), 100);
    assert.equal(see(first, lease('1'), 200).since, 100);
    assert.equal(see(first, lease('2'), 200).since, 200);
    assert.equal(see(first, lease('1', {}, 'u2'), 200).since, 200);
    assert.equal(see(first, undefined, 200).since, 200);
  });

  it('is held until it did not change for its time before our eyes', () => {
    const seen = see(undefined, lease('1', { renewTime: '2001-01-01T00:00:00.000000Z' }), 100);
    assert.equal(isFree(seen, 'me', 10_099), false);
    assert.equal(isFree(seen, 'me', 10_100), true);
  });

  it('is held for the time that its holder wrote, 10 s when it wrote none', () => {
    assert.equal(
      isFree(see(undefined, lease('1', { leaseDurationSeconds: 60 }), 0), 'me', 59_999),
      false,
    );
    const { leaseDurationSeconds: _, ...spec } = lease('1').spec ?? {};
    const without: Lease = { metadata: lease('1').metadata, spec };
    assert.equal(isFree(see(undefined, without, 0), 'me', 9999), false);
    assert.equal(isFree(see(undefined, without, 0), 'me', 10_000), true);
  });

  it('is free at once when it was given back, or when a write of ours arrived unheard', () => {
    assert.equal(isFree(see(undefined, lease('1', { holderIdentity: '' }), 0), 'me', 0), true);
    assert.equal(isFree(see(undefined, lease('1', { holderIdentity: 'me' }), 0), 'me', 0), true);
    assert.equal(isFree(see(undefined, { metadata: {} }, 0), 'me', 0), true);
  });

  it('is free when there never was one, but not at once when it was deleted', () => {
    assert.equal(isFree(see(undefined, undefined, 0), 'me', 0), true);
    const deleted = see(see(undefined, lease('1'), 0), undefined, 100);
    assert.equal(isFree(deleted, 'me', 10_099), false);
    assert.equal(isFree(deleted, 'me', 10_100), true);
  });

  it('is looked at again between two renewals, but not after the moment in which it is free', () => {
    const seen = see(undefined, lease('1'), 0);
    assert.deepEqual(
      [0, 0.5, 1].map((random) => restMs(seen, 'me', 100, random)),
      [2000, 2200, 2400],
    );
    assert.deepEqual(
      [7_000, 8_500, 9_999.5].map((now) => restMs(seen, 'me', now, 1)),
      [2400, 1500, 1],
    );
  });

  it('is looked at as often when another was quicker or nothing was seen', () => {
    assert.equal(restMs(see(undefined, lease('1'), 0), 'me', 10_000, 0), 2000);
    assert.equal(restMs(undefined, 'me', 10_000, 0), 2000);
  });

  it('has fencing numbers that grow, also over a deletion', () => {
    const seen = see(undefined, lease('1'), 0);
    assert.equal(nextTransitions(seen, NOON), 4);
    assert.equal(nextTransitions(see(seen, undefined, 0), NOON), 4);
    const fresh = nextTransitions(see(undefined, undefined, 0), NOON);
    assert.equal(fresh, NOON.getTime() / 1000);
    assert.ok(fresh < 2 ** 31);
  });

  it('is written over what was seen, so that another writer in between is noticed', () => {
    const written = taken(see(undefined, lease('7'), 0), candidate, 4, NOON);
    assert.deepEqual(written.metadata, lease('7').metadata);
    assert.deepEqual(written.spec, {
      holderIdentity: 'me',
      leaseDurationSeconds: 10,
      acquireTime: '2026-11-25T12:00:00.000000Z',
      renewTime: '2026-11-25T12:00:00.000000Z',
      leaseTransitions: 4,
    });
  });

  it('is made by name when there is none', () => {
    const made = taken(see(undefined, undefined, 0), candidate, 4, NOON);
    assert.deepEqual(made.metadata, { namespace: 'ns', name: 'l' });
  });

  it('changes only its time when renewed, and holder and duration when given back', () => {
    assert.deepEqual(renewed(lease('1'), NOON), {
      ...lease('1'),
      spec: { ...lease('1').spec, renewTime: '2026-11-25T12:00:00.000000Z' },
    });
    const { spec } = givenBack(lease('1'), NOON);
    assert.deepEqual(
      [spec?.holderIdentity, spec?.leaseDurationSeconds, spec?.leaseTransitions],
      ['', 1, 3],
    );
  });
});
