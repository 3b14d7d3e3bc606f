/**
 * A page that looks around inside, read in the pod of a browser with its proxy, with another one, and with
 * none: nothing arrives, and the exposure matrix holds.
 */
import assert from 'node:assert/strict';
import { browserSurprises, targetsOf, type Target } from './exposure.ts';
import type { Front } from './front.ts';
import { until, type System } from './system.ts';
import { openTrap, visit, type Trap } from './visits.ts';

export function escape(given: () => System, front: () => Front): void {
  let trap: Trap;
  let targets: readonly Target[];
  before(async () => {
    trap = await openTrap();
    targets = await targetsOf(given(), front());
  });
  after(() => trap.close());

  it('C7 C15 lets nothing out of a browser as it is, with another proxy, or without any fence of its own', async () => {
    for (const mode of ['own', 'misled', 'bare'] as const)
      assert.deepEqual(await visit(given(), trap, mode), [], mode);
    assert.deepEqual(await browserSurprises(given(), targets), []);
  });

  it('C15 is seen to arrive by TCP and UDP when nobody enforces the policies (control)', async () => {
    const { node } = given();
    await node.stopEnforcing();
    try {
      await until('what gets out', async () =>
        (await visit(given(), trap, 'bare')).join() === 'tcp,udp' ? true : undefined,
      );
    } finally {
      await node.enforcePolicies();
    }
    await until('the policies again', async () =>
      (await visit(given(), trap, 'bare')).length === 0 ? true : undefined,
    );
  });
}
