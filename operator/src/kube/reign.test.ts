import assert from 'node:assert/strict';
import { reign, type Term } from './reign.ts';
import { testDeps, type TestDeps } from './testing/deps.ts';
import { createLeaseServer } from './testing/leaseServer.ts';

describe('kube: reign', () => {
  let deps: TestDeps;
  let lost: string[];
  beforeEach(() => {
    deps = testDeps();
    lost = [];
  });

  /** Begins to lead with a lease that was asked for so long ago; nobody can be reached. */
  const begin = (askedMsAgo: number): Term => {
    const link = createLeaseServer().link(deps.clock);
    link.fate = () => 'lostRequest';
    const lease = { metadata: { namespace: 'ns', name: 'l' }, spec: { holderIdentity: 'a' } };
    const won = { lease, fencing: 1, since: deps.clock.monotonic() - askedMsAgo };
    const ended = Promise.withResolvers<void>();
    const lead = (term: Term): Promise<void> => {
      term.signal.addEventListener('abort', () => ended.resolve(), { once: true });
      return ended.promise;
    };
    const onLost = (why: string): void => void lost.push(why);
    const { term } = reign(
      won,
      { lead, onLost },
      { ...deps, transport: link.transport },
      new AbortController().signal,
    );
    return term;
  };

  it('defect: is over at once when the answer came after its time', async () => {
    const term = begin(7_500);
    assert.equal(term.holds(), false);
    await deps.clock.settle();
    assert.deepEqual([lost, term.signal.aborted], [['not renewed for 7 s'], true]);
  });

  it('lasts for what is left of the time since it was asked for', async () => {
    const term = begin(5_000);
    await deps.clock.run(1_999);
    assert.deepEqual([lost, term.holds()], [[], true]);
    await deps.clock.run(1);
    assert.deepEqual([lost, term.holds()], [['not renewed for 7 s'], false]);
  });
});
