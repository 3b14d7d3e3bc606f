import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { fakeClock } from '../core/testing/clock.ts';
import { createLimits, type Seat } from './limits.ts';
import { Refusal } from './refusal.ts';
import { grantOf } from './testing/harness.ts';

const reasonOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
};

describe('egress: limits', () => {
  const limitsOf = (maxConnections = 100, maxPerHost = 100, clock = fakeClock()) =>
    createLimits({ maxConnections, maxPerHost, clock });

  it('C16 holds no more connections than the replica may', () => {
    const limits = limitsOf(2);
    const seat = limits.enter(grantOf(), 'a.test', true);
    limits.enter(grantOf(), 'b.test', true);
    assert.equal(
      reasonOf(() => limits.enter(grantOf(), 'c.test', true)),
      'replica_connections',
    );
    seat.leave();
    assert.equal(
      reasonOf(() => limits.enter(grantOf(), 'c.test', true)),
      undefined,
    );
  });

  it('counts the connections of a credential over its whole life', () => {
    const limits = limitsOf();
    const grant = grantOf({ maxConnections: 2 });
    limits.enter(grant, 'a.test', true).leave();
    limits.enter(grant, 'b.test', true).leave();
    assert.equal(
      reasonOf(() => limits.enter(grant, 'c.test', true)),
      'credential_connections',
    );
  });

  it('does not count what another credential did', () => {
    const limits = limitsOf();
    limits.enter(grantOf({ id: 'same', workspace: 'a', maxConnections: 1 }), 'a.test', true);
    const other = grantOf({ id: 'same', workspace: 'b', maxConnections: 1 });
    assert.equal(
      reasonOf(() => limits.enter(other, 'a.test', true)),
      undefined,
    );
  });

  it('caps the connections to one host over all credentials', () => {
    const limits = limitsOf(100, 1);
    const seat = limits.enter(grantOf(), 'a.test', true);
    assert.equal(
      reasonOf(() => limits.enter(grantOf(), 'a.test', true)),
      'host_connections',
    );
    assert.equal(
      reasonOf(() => limits.enter(grantOf(), 'b.test', true)),
      undefined,
    );
    seat.leave();
    assert.equal(
      reasonOf(() => limits.enter(grantOf(), 'a.test', true)),
      undefined,
    );
  });

  it('leaves configured endpoints out of the cap of a host', () => {
    const limits = limitsOf(100, 1);
    limits.enter(grantOf(), 'model.test', false);
    assert.equal(
      reasonOf(() => limits.enter(grantOf(), 'model.test', false)),
      undefined,
    );
  });

  it('says when the bytes of a credential are used up, over all its connections', () => {
    const limits = limitsOf();
    const grant = grantOf({ maxBytes: 10 });
    const [one, two] = [limits.enter(grant, 'a.test', true), limits.enter(grant, 'b.test', true)];
    assert.equal(one.addBytes(6), true);
    assert.equal(two.addBytes(4), true);
    assert.equal(one.addBytes(1), false);
    assert.equal(
      reasonOf(() => limits.enter(grant, 'c.test', true)),
      'credential_bytes',
    );
  });

  it('remembers what a credential used as long as it holds', () => {
    const clock = fakeClock();
    const limits = limitsOf(100, 100, clock);
    const grant = grantOf({ maxConnections: 1, expires: clock.now().getTime() + 60_000 });
    limits.enter(grant, 'a.test', true).leave();
    clock.advance(59_000);
    assert.equal(
      reasonOf(() => limits.enter(grant, 'a.test', true)),
      'credential_connections',
    );
  });

  it('forgets a credential once it has expired and nothing of it is open', () => {
    const clock = fakeClock();
    const limits = limitsOf(100, 100, clock);
    const grant = grantOf({ maxConnections: 1, expires: clock.now().getTime() + 1000 });
    const seat = limits.enter(grant, 'a.test', true);
    clock.advance(20_000);
    assert.equal(
      reasonOf(() => limits.enter(grant, 'a.test', true)),
      'credential_connections',
    );
    seat.leave();
    clock.advance(20_000);
    assert.equal(
      reasonOf(() => limits.enter(grant, 'a.test', true)),
      undefined,
    );
  });

  it('has nothing open after everybody has left, in any order and however often', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 60 }), (steps) => {
        const limits = limitsOf(10, 5);
        const seats: Seat[] = [];
        for (const step of steps) {
          if (step > 15) seats[step % (seats.length || 1)]?.leave();
          else reasonOf(() => seats.push(limits.enter(grantOf(), `host-${step % 3}.test`, true)));
          assert.ok(limits.open() <= 10);
        }
        seats.forEach((seat) => seat.leave());
        assert.equal(limits.open(), 0);
        for (let more = 0; more < 5; more += 1) limits.enter(grantOf(), 'host-0.test', true);
      }),
      { numRuns: 100 },
    );
  });
});
