/** The whole system on a node: each part stands in a file of its own, and they follow one another. */
import { backup } from './backup.ts';
import { dashboard } from './dashboard.ts';
import { drills } from './drills.ts';
import { emergency } from './emergency.ts';
import { enforcement } from './enforcement.ts';
import { escape } from './escape.ts';
import { exposure } from './exposure.ts';
import { startFront, type Front } from './front.ts';
import { hardening } from './hardening.ts';
import { journey } from './journey.ts';
import { keys } from './keys.ts';
import { opened } from './opened.ts';
import { proxies } from './proxies.ts';
import { rollout } from './rollout.ts';
import { useSystem } from './system.ts';
import { upgrade } from './upgrade.ts';

describe('e2e: the whole system on a node', function () {
  this.timeout(300_000);
  const system = useSystem();
  let front: Front | undefined;
  const theFront = (): Front => {
    if (!front) throw new Error('There is no ingress yet.');
    return front;
  };

  describe('from an empty cluster to an alert', () => journey(system));
  describe('what is exposed', () => {
    before(async () => {
      front = await startFront(system());
    });
    exposure(system, theFront);
  });
  describe('a page that looks around inside', () => escape(system, theFront));
  describe('a proxy that is dead, or opens everything', () => proxies(system, theFront));
  describe('what an operator opens', () => opened(system));
  describe('a person at the dashboard', () => dashboard(system, theFront));
  describe('what holds a pod', () => hardening(system));
  describe('who enforces the policies', () => enforcement(system));
  describe('keys and the freeze', () => keys(system, theFront));
  describe('an emergency', () => emergency(system, theFront));
  describe('evictions and rolling restarts', () => rollout(system, theFront));
  describe('kills', () => drills(system, theFront));
  describe('a lost database', () => backup(system));
  describe('an upgrade and a rollback', () => upgrade(system));
});
