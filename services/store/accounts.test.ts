import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Accounts } from './accounts.ts';
import { openAccounts } from './accounts.ts';
import { listAudit, verifyAudit } from './audit.ts';
import type { MemberRole } from './identity.ts';
import { findUser, setMembership, signInUser } from './identity.ts';
import { silentLog } from './log.ts';
import { NOON } from './testing/monitors.ts';
import { storeError, untilBlocked, useDatabase } from './testing/suite.ts';
import { createApiToken } from './tokens.ts';

const run = promisify(execFile);
const acting = { actor: 'user:admin', at: NOON };

describe('accounts', function () {
  this.timeout(30_000);
  const suite = useDatabase();
  let accounts: Accounts;
  before(() => {
    accounts = openAccounts(suite.db.url('mon_api'), {
      applicationName: 'accounts',
      log: silentLog,
    });
  });
  after(() => accounts.close());
  beforeEach(() => suite.db.pool('postgres').query('DELETE FROM users'));
  const member = async (displayName: string, role: MemberRole, workspace = 'team') => {
    const identity = { issuer: 'local', subject: displayName, email: null, displayName };
    return suite.api(async (tx) => {
      const user = await signInUser(tx, identity, { now: NOON, newId: randomUUID });
      await setMembership(tx, workspace, user.id, role, NOON);
      return user.id;
    }, workspace);
  };
  const actions = async () =>
    (await suite.api((tx) => listAudit(tx, 'team', { limit: 1 }))).items.map(
      ({ action, subject }) => [action, subject],
    );

  it('does not load Prisma before it is needed', async () => {
    const module = JSON.stringify(path.join(import.meta.dirname, 'accounts.ts'));
    const script = `const seen = [];
      (await import('node:module')).registerHooks({
        resolve: (name, context, next) => (seen.push(name), next(name, context)),
      });
      const { openAccounts } = await import(${module});
      await openAccounts('postgresql://x@127.0.0.1:1/x', {}).close();
      console.log(seen.filter((name) => name.includes('prisma')).length, seen.length > 0);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    assert.equal(stdout.trim(), '0 true');
  });

  it('lists the members of a workspace by name', async () => {
    await member('Zoe', 'viewer');
    await member('Anna', 'owner');
    await member('Stranger', 'owner', 'other');
    const members = await accounts.listMembers('team');
    assert.deepEqual(
      members.map(({ displayName, role }) => [displayName, role]),
      [
        ['Anna', 'owner'],
        ['Zoe', 'viewer'],
      ],
    );
    assert.deepEqual(members[0]?.since, NOON);
  });

  it('removes a member and writes the audit row with it', async () => {
    await member('Anna', 'owner');
    const zoe = await member('Zoe', 'viewer');
    await accounts.removeMember('team', zoe, acting);
    assert.equal((await accounts.listMembers('team')).length, 1);
    assert.deepEqual(await actions(), [['member.remove', zoe]]);
    assert.equal((await suite.api((tx) => verifyAudit(tx, 'team'))).kind, 'intact');
  });

  it('does not remove the last owner, and writes no audit row then', async () => {
    const anna = await member('Anna', 'owner');
    const before = await actions();
    await assert.rejects(accounts.removeMember('team', anna, acting), storeError('invalid'));
    assert.deepEqual(await actions(), before);
  });

  it('leaves one owner when two remove each other at the same time', async () => {
    const [anna, ben] = [await member('Anna', 'owner'), await member('Ben', 'owner')];
    let removal: Promise<unknown> = Promise.resolve();
    await suite.api(async (tx) => {
      await tx.query('DELETE FROM memberships WHERE user_id = $1', [anna]);
      removal = accounts.removeMember('team', ben, acting).catch((error: unknown) => error);
      await Promise.race([untilBlocked(suite.db), removal]);
    });
    assert.ok(storeError('invalid')(await removal));
    assert.equal((await accounts.listMembers('team')).length, 1);
  });

  it('E1 says not found for a member of another workspace', async () => {
    await member('Anna', 'owner');
    const stranger = await member('Stranger', 'owner', 'other');
    await assert.rejects(accounts.removeMember('team', stranger, acting), storeError('notFound'));
    const edit = accounts.updateProfile('team', stranger, { displayName: 'x' }, acting);
    await assert.rejects(edit, storeError('notFound'));
  });

  it('changes the fields of a profile that are named, and no other', async () => {
    const anna = await member('Anna', 'owner');
    await accounts.updateProfile('team', anna, { timeZone: 'Europe/Berlin' }, acting);
    const user = await findUser(suite.db.pool('mon_api'), anna);
    assert.deepEqual(
      [user?.displayName, user?.locale, user?.timeZone],
      ['Anna', 'en', 'Europe/Berlin'],
    );
  });

  it('lists tokens without their hashes, and not those that were revoked', async () => {
    const userId = await member('Anna', 'owner');
    const [kept, gone] = [randomUUID(), randomUUID()];
    for (const id of [kept, gone])
      await suite.api((tx) =>
        createApiToken(tx, 'team', {
          id,
          userId,
          name: 'ci',
          scope: 'read',
          tokenHash: Buffer.from(id),
          createdAt: NOON,
          expiresAt: null,
        }),
      );
    await accounts.revokeToken('team', gone, acting);
    assert.deepEqual(await accounts.listTokens('team'), [
      {
        workspace: 'team',
        id: kept,
        userId,
        name: 'ci',
        scope: 'read',
        createdAt: NOON,
        expiresAt: null,
        lastUsedAt: null,
      },
    ]);
    await assert.rejects(accounts.revokeToken('team', gone, acting), storeError('notFound'));
  });
});
