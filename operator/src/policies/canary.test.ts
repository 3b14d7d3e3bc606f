import assert from 'node:assert/strict';
import { judgeCanary, type CanaryAnswer } from './canary.ts';

describe('operator: canary of the NetworkPolicies', () => {
  const cases: readonly (readonly [CanaryAnswer | undefined, string])[] = [
    [{ allowed: true, forbidden: false }, 'True Enforced'],
    [{ allowed: true, forbidden: true }, 'False NotEnforced'],
    [{ allowed: false, forbidden: true }, 'False NotEnforced'],
    [{ allowed: undefined, forbidden: true }, 'False NotEnforced'],
    [{ allowed: false, forbidden: false }, 'Unknown NothingPasses'],
    [{ allowed: true, forbidden: undefined }, 'Unknown CanaryPending'],
    [{ allowed: undefined, forbidden: false }, 'Unknown CanaryPending'],
    [undefined, 'Unknown CanaryPending'],
  ];
  for (const [answer, said] of cases)
    it(`says ${said} of ${JSON.stringify(answer) ?? 'no attempt'}`, () => {
      const { status, reason, message } = judgeCanary(answer, []);
      assert.equal(`${status} ${reason}`, said);
      assert.ok(message.length > 20);
    });
  it('says which field kept the policies from being written, whatever the canary saw', () => {
    const problem = { path: 'spec.egress.denyCIDRs[1]', message: 'is no block of addresses' };
    const { status, reason, message } = judgeCanary({ allowed: true, forbidden: false }, [problem]);
    assert.equal(`${status} ${reason}`, 'False InvalidPolicy');
    assert.match(message, /spec\.egress\.denyCIDRs\[1\] is no block of addresses/);
  });
});
