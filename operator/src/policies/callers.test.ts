import assert from 'node:assert/strict';
import { INTERNAL_CALLS } from '../../../services/core/contracts/ports.ts';
import { portOf } from './flows.ts';
import { planNetwork } from './policies.ts';
import { isAllowed, type End } from './testing/evaluate.ts';
import { input, parts } from './testing/world.ts';

describe('operator: policies of services that others call', () => {
  const plan = planNetwork(input);
  const policies = plan.kind === 'policies' ? plan.policies : assert.fail('no policies');

  for (const [caller, callee] of INTERNAL_CALLS)
    it(`B7 open ${callee} to pods of ${caller} while they are there: no longer to the address of a deleted one`, () => {
      const there = parts[caller];
      const gone: End = { kind: 'address', ip: there.ip };
      const to = parts[callee];
      const reaches = (from: End): boolean =>
        isAllowed(policies, { from, to, port: portOf(callee) });
      assert.deepEqual([reaches(there), reaches(gone)], [true, false]);
    });
});
