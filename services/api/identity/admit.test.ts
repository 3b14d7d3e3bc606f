import assert from 'node:assert/strict';
import { newId } from '../../core/ids.ts';
import { listMemberships } from '../../store/identity.ts';
import { NOON } from '../../store/testing/monitors.ts';
import { testDatabase, type TestDatabase } from '../../store/testing/postgres.ts';
import { withUser } from '../../store/workspace.ts';
import { systemClock } from '../../core/clock.ts';
import { admit } from './admit.ts';

const MAIL = 'victim@corp.example';
const GOOGLE = 'https://accounts.google.com';

/** All of one address. */
const WHO = {
  victim: { issuer: GOOGLE, subject: 'victim' },
  attacker: { issuer: GOOGLE, subject: 'attacker' },
  elsewhere: { issuer: 'https://id.evil.example', subject: 'victim' },
} as const;
type Who = keyof typeof WHO;

const ORDERS: readonly (readonly Who[])[] = [
  ['victim', 'attacker', 'elsewhere'],
  ['victim', 'elsewhere', 'attacker'],
  ['attacker', 'victim', 'elsewhere'],
  ['attacker', 'elsewhere', 'victim'],
  ['elsewhere', 'victim', 'attacker'],
  ['elsewhere', 'attacker', 'victim'],
  ['victim', 'attacker', 'victim'],
  ['attacker', 'victim', 'attacker'],
];

describe('who is let in', () => {
  let db: TestDatabase;
  beforeEach(async () => (db = await testDatabase()));
  afterEach(() => db.close());

  for (const order of ORDERS)
    it(`A23 is another person for another subject or issuer of the same address: ${order.join(', ')}`, async () => {
      const pool = db.pool('mon_api');
      const clock = { ...systemClock, now: () => NOON };
      const seen = new Map<Who, { id: string; workspaces: string[] }>();
      for (const who of order) {
        const identity = { ...WHO[who], email: MAIL, displayName: who };
        const { id } = await admit({ pool, clock, newId }, identity);
        const memberships = await withUser(pool, id, (tx) => listMemberships(tx, id));
        const workspaces = memberships.map(({ workspace }) => workspace);
        assert.deepEqual(seen.get(who) ?? { id, workspaces }, { id, workspaces });
        seen.set(who, { id, workspaces });
      }
      const people = [...seen.values()];
      assert.equal(new Set(people.map(({ id }) => id)).size, people.length);
      const all = people.flatMap(({ workspaces }) => workspaces);
      assert.equal(all.length, people.length);
      assert.equal(new Set(all).size, all.length);
    });
});
