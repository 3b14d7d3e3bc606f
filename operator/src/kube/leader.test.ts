import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Clock } from '../../../services/core/clock.ts';
import { createLeaderElector, type LeaderElector, type Term } from './leader.ts';
import { testDeps, type TestDeps } from './testing/deps.ts';
import {
  createLeaseServer,
  type Fate,
  type LeaseServer,
  type Link,
} from './testing/leaseServer.ts';

/** One process that stands for election. */
interface Process {
  readonly elector: LeaderElector;
  readonly link: Link;
  readonly terms: Term[];
  readonly lost: string[];
  /** Ends its work, also against its will. */
  readonly work: PromiseWithResolvers<void>;
  readonly over: Promise<void>;
  stop(): void;
  /** Gets no turn until then. */
  pausedUntil: number;
}

/** A clock that gives one process no turn for a while, as a paused container has. */
const pausable = (clock: Clock, until: () => number): Clock => ({
  ...clock,
  sleep: async (ms, signal) => {
    await clock.sleep(ms, signal);
    while (until() > clock.monotonic())
      await clock.sleep(Math.min(until() - clock.monotonic(), 86_400_000), signal);
  },
});

describe('kube: leader', () => {
  let deps: TestDeps;
  let server: LeaseServer;
  let processes: Process[];
  beforeEach(() => {
    deps = testDeps();
    server = createLeaseServer();
    processes = [];
  });
  afterEach(async () => {
    processes.forEach((one) => {
      one.stop();
      one.work.resolve();
    });
    await deps.clock.run(20_000);
  });

  const stand = (identity: string, onElected: (term: Term) => void = () => undefined): Process => {
    const stop = new AbortController();
    const work = Promise.withResolvers<void>();
    const clock = pausable(deps.clock, () => made.pausedUntil);
    const link = server.link(clock);
    const [terms, lost]: [Term[], string[]] = [[], []];
    const elector = createLeaderElector(
      {
        namespace: 'ns',
        name: 'l',
        identity,
        lead: async (term) => {
          terms.push(term);
          onElected(term);
          const ended = Promise.withResolvers<void>();
          term.signal.addEventListener('abort', () => ended.resolve(), { once: true });
          await Promise.race([ended.promise, work.promise]);
        },
        onLost: (why) => lost.push(why),
      },
      { ...deps, random: () => deps.random(), clock, transport: link.transport },
    );
    const over = elector.run(stop.signal);
    const made: Process = {
      elector,
      link,
      terms,
      lost,
      work,
      over,
      stop: () => stop.abort(new Error('stop')),
      pausedUntil: 0,
    };
    processes.push(made);
    return made;
  };
  const leads = ({ elector }: Process): boolean => elector.term()?.holds() === true;

  describe('election', () => {
    it('is won at once when there is no lease', async () => {
      const a = stand('a');
      await deps.clock.run(100);
      assert.equal(leads(a), true);
      assert.deepEqual(
        [server.lease()?.spec?.holderIdentity, a.elector.holder(), a.terms.length],
        ['a', 'a', 1],
      );
      assert.equal(a.terms[0]?.fencing, server.lease()?.spec?.leaseTransitions);
    });

    it('is lost by the second, who knows the holder', async () => {
      stand('a');
      await deps.clock.run(100);
      const b = stand('b');
      await deps.clock.run(60_000);
      assert.deepEqual([leads(b), b.elector.term(), b.elector.holder()], [false, undefined, 'a']);
    });

    it('is won by exactly one of two that come together', async () => {
      const both = [stand('a'), stand('b')];
      await deps.clock.run(60_000);
      assert.equal(both.filter(leads).length, 1);
    });

    it('is tried again while the server cannot be reached', async () => {
      const a = stand('a');
      a.link.fate = () => 'refused';
      await deps.clock.run(10_000);
      a.link.fate = () => 'ok';
      await deps.clock.run(3000);
      assert.equal(leads(a), true);
    });

    it('is tried again when an answer never comes', async () => {
      const a = stand('a');
      a.link.fate = () => 'lostRequest';
      await deps.clock.run(100);
      a.link.fate = () => 'ok';
      await deps.clock.run(10_000);
      assert.equal(leads(a), true);
    });

    it('is won by the next try when the answer to the first was lost', async () => {
      const fates: Fate[] = ['lostAnswer'];
      const a = stand('a');
      a.link.fate = () => fates.shift() ?? 'ok';
      await deps.clock.run(6000);
      assert.deepEqual([leads(a), server.lease()?.spec?.holderIdentity], [false, 'a']);
      await deps.clock.run(6000);
      assert.equal(leads(a), true);
    });

    it('is not won over a stop', async () => {
      const a = stand('a');
      a.stop();
      await a.over;
      assert.deepEqual([a.terms.length, a.lost], [0, []]);
    });
  });

  describe('a leader', () => {
    it('renews every 2 s and stays for an hour', async () => {
      const a = stand('a');
      const b = stand('b');
      await deps.clock.run(3_600_000);
      const [leader, other] = leads(a) ? [a, b] : [b, a];
      assert.deepEqual([leader.terms.length, other.terms.length, leader.lost], [1, 0, []]);
      assert.ok(server.writes() >= 1800 && server.writes() <= 2300, `${server.writes()} writes`);
    });

    it('survives 5 s without the server', async () => {
      const a = stand('a');
      await deps.clock.run(1900);
      a.link.fate = () => 'refused';
      await deps.clock.run(5000);
      a.link.fate = () => 'ok';
      await deps.clock.run(60_000);
      assert.deepEqual([leads(a), a.lost], [true, []]);
    });

    it('survives an answer that is lost', async () => {
      const a = stand('a');
      await deps.clock.run(100);
      const fates: Fate[] = ['lostAnswer'];
      a.link.fate = () => fates.shift() ?? 'ok';
      await deps.clock.run(60_000);
      assert.deepEqual([leads(a), a.lost, a.terms.length], [true, [], 1]);
    });

    it('goes on trying when the lease cannot be read after a conflict', async () => {
      const a = stand('a');
      await deps.clock.run(100);
      const fates: Fate[] = ['lostAnswer', 'ok', 'refused'];
      a.link.fate = () => fates.shift() ?? 'ok';
      await deps.clock.run(60_000);
      assert.deepEqual([leads(a), a.lost], [true, []]);
    });

    it('stops leading 7 s after its last renewal, before another may begin', async () => {
      const a = stand('a');
      await deps.clock.run(100);
      const term = a.elector.term() ?? assert.fail('not elected');
      a.link.fate = () => 'lostRequest';
      await deps.clock.run(6800);
      assert.equal(term.holds(), true);
      await deps.clock.run(200);
      assert.deepEqual(
        [term.holds(), term.signal.aborted, a.lost, a.elector.term()],
        [false, true, ['not renewed for 7 s'], undefined],
      );
      await a.over;
    });

    it('does not hold after a pause, before it has noticed', async () => {
      const a = stand('a');
      await deps.clock.run(100);
      const term = a.elector.term() ?? assert.fail('not elected');
      a.pausedUntil = deps.clock.monotonic() + 60_000;
      await deps.clock.run(10_000);
      assert.deepEqual([term.signal.aborted, term.holds()], [false, false]);
    });

    it('ends when another holds the lease', async () => {
      const a = stand('a');
      await deps.clock.run(100);
      const lease = server.lease() ?? assert.fail('no lease');
      server.set({ ...lease, spec: { ...lease.spec, holderIdentity: 'b' } });
      await deps.clock.run(2100);
      assert.deepEqual([a.lost, leads(a)], [['another holds the lease'], false]);
    });

    it('ends when the lease was deleted', async () => {
      const a = stand('a');
      await deps.clock.run(100);
      server.set(undefined);
      await deps.clock.run(2100);
      assert.deepEqual([a.lost, leads(a)], [['another holds the lease'], false]);
    });

    it('ends when its work fails or ends by itself', async () => {
      const a = stand('a');
      await deps.clock.run(100);
      a.work.reject(new Error('boom'));
      await deps.clock.run(1);
      assert.deepEqual([a.lost, leads(a)], [['the work failed: boom'], false]);
      await a.over;
      const b = stand('b');
      await deps.clock.run(15_000);
      b.work.resolve();
      await deps.clock.run(1);
      assert.deepEqual(b.lost, ['the work ended']);
    });
  });

  describe('a stop', () => {
    it('gives the lease back, so that another takes it at once', async () => {
      const a = stand('a');
      await deps.clock.run(100);
      const b = stand('b');
      await deps.clock.run(5000);
      a.stop();
      await deps.clock.run(100);
      await a.over;
      assert.deepEqual([server.lease()?.spec?.holderIdentity, a.lost], ['', []]);
      await deps.clock.run(2500);
      assert.equal(leads(b), true);
    });

    it('gives it back only when the work has ended', async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const link = server.link(deps.clock);
      const stop = new AbortController();
      const elector = createLeaderElector(
        {
          namespace: 'ns',
          name: 'l',
          identity: 'slow',
          lead: () => promise,
          onLost: () => assert.fail('lost'),
        },
        { ...deps, transport: link.transport },
      );
      const over = elector.run(stop.signal);
      await deps.clock.run(100);
      stop.abort();
      await deps.clock.run(3000);
      assert.equal(server.lease()?.spec?.holderIdentity, 'slow');
      resolve();
      await deps.clock.run(100);
      await over;
      assert.equal(server.lease()?.spec?.holderIdentity, '');
    });

    it('leaves the lease to run out when the work does not end in time', async () => {
      const link = server.link(deps.clock);
      const stop = new AbortController();
      const elector = createLeaderElector(
        {
          namespace: 'ns',
          name: 'l',
          identity: 'stuck',
          lead: () => new Promise(() => undefined),
          onLost: () => assert.fail('lost'),
        },
        { ...deps, transport: link.transport },
      );
      const over = elector.run(stop.signal);
      await deps.clock.run(100);
      stop.abort();
      await deps.clock.run(7000);
      await over;
      assert.equal(server.lease()?.spec?.holderIdentity, 'stuck');
      assert.match(deps.captured.text(), /left to run out/);
    });

    it('does not wait long for a server that is gone', async () => {
      const a = stand('a');
      await deps.clock.run(100);
      a.link.fate = () => 'lostRequest';
      a.stop();
      await deps.clock.run(2100);
      await a.over;
      assert.match(deps.captured.text(), /could not be given back/);
    });
  });

  describe('several', () => {
    it('have a new leader within 15 s of a crash', async () => {
      for (let round = 0; round < 20; round += 1) {
        const a = processes.find(leads) ?? stand(`a${round}`);
        const b = stand(`b${round}`);
        await deps.clock.run(3000 + round * 97);
        a.link.fate = () => 'lostRequest';
        a.pausedUntil = Infinity;
        await deps.clock.run(15_000);
        assert.equal(leads(b), true, `round ${round}`);
        processes = [b];
      }
    });

    it('defect: do not sleep past the moment in which the lease becomes free', async () => {
      deps.random = () => 0.999;
      for (let round = 0; round < 12; round += 1) {
        const a = processes.find(leads) ?? stand(`a${round}`);
        const b = stand(`b${round}`);
        await deps.clock.run(3000 + round * 200);
        a.pausedUntil = Infinity;
        await deps.clock.run(12_500);
        assert.equal(leads(b), true, `round ${round}`);
        processes = [b];
      }
    });

    it('wait for a deleted lease to have run out', async () => {
      const a = stand('a');
      await deps.clock.run(100);
      const b = stand('b');
      await deps.clock.run(5000);
      a.pausedUntil = deps.clock.monotonic() + 60_000;
      const term = a.elector.term() ?? assert.fail('not elected');
      server.set(undefined);
      while (!leads(b)) await deps.clock.run(50);
      assert.equal(term.holds(), false);
      assert.ok((b.terms[0]?.fencing ?? 0) > term.fencing);
    });

    /** What befalls one of the processes in a round. */
    const trouble = fc.constantFrom(
      'crash',
      'stop',
      'pause',
      'partition',
      'lostAnswers',
      'slow',
      'none',
    );
    const round = fc.record({
      trouble,
      victim: fc.boolean(),
      forMs: fc.integer({ min: 100, max: 14_000 }),
      afterMs: fc.integer({ min: 0, max: 4000 }),
    });

    it('are never two at a time in 500 rounds of crashes, pauses, partitions and lost answers', async () => {
      let [ids, rounds, rivals, seed] = [0, 0, 0, 1];
      // Jitter must vary, or all would look at the lease in step.
      deps.random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
      const fencing: number[] = [];
      const everyone: Process[] = [];
      const effective = (): Process[] => everyone.filter(leads);
      const join = (): void => {
        ids += 1;
        const mine = stand(`p${ids}`, (term) => {
          // What fails in here is the work that failed, no more: it must be looked at outside.
          rivals += effective().filter((one) => one !== mine).length;
          fencing.push(term.fencing);
        });
        everyone.push(mine);
      };
      const pass = async (ms: number): Promise<void> => {
        for (let left = ms; left > 0; left -= 200) {
          await deps.clock.run(Math.min(left, 200));
          assert.ok(effective().length <= 1 && rivals === 0, `${effective().length} lead`);
        }
      };
      const befall = (one: Process, what: string, forMs: number): void => {
        if (what === 'crash') one.pausedUntil = Infinity;
        if (what === 'stop') one.stop();
        if (what === 'pause') one.pausedUntil = deps.clock.monotonic() + forMs;
        if (what === 'partition') one.link.fate = () => 'lostRequest';
        if (what === 'lostAnswers') one.link.fate = () => 'lostAnswer';
        if (what === 'slow') one.link.delayMs = () => Math.min(forMs / 4, 1500);
      };
      const mend = (one: Process): void => {
        one.link.fate = () => 'ok';
        one.link.delayMs = () => 5;
      };
      await fc.assert(
        fc.asyncProperty(fc.array(round, { minLength: 25, maxLength: 25 }), async (plan) => {
          for (const { trouble: what, victim, forMs, afterMs } of plan) {
            rounds += 1;
            // Those who lost or crashed are gone; others take their place.
            processes = processes.filter(
              (one) => one.lost.length === 0 && one.pausedUntil !== Infinity,
            );
            while (processes.length < 2) join();
            await pass(afterMs);
            const target = (victim ? effective()[0] : undefined) ?? processes[0];
            if (target) befall(target, what, forMs);
            await pass(forMs);
            if (what === 'stop') processes = processes.filter((one) => one !== target);
            if (target) mend(target);
          }
        }),
        { numRuns: 20 },
      );
      assert.deepEqual([rounds, rivals], [500, 0]);
      assert.ok(fencing.length > 50, `${fencing.length} terms`);
      assert.deepEqual(
        fencing,
        [...new Set(fencing)].sort((a, b) => a - b),
      );
    }).timeout(60_000);
  });
});
