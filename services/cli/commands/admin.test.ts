import assert from 'node:assert/strict';
import { failure } from '../testing/api.ts';
import { useFixture } from '../testing/fixture.ts';

const ID = '01890000-0000-7000-8000-000000000001';
const user = (patch: object = {}): object => ({
  id: ID,
  issuer: 'https://accounts.example.org',
  email: 'Ann@example.org',
  displayName: 'Ann',
  platformAdmin: false,
  createdAt: '2026-11-01T00:00:00Z',
  disabledAt: null,
  lastUsedAt: '2026-11-25T11:00:00Z',
  lastSignInAt: '2026-11-20T11:00:00Z',
  lastSeenAt: '2026-11-25T11:00:00Z',
  passkeys: 1,
  hasApp: false,
  memberships: [{ workspace: 'team-a', role: 'owner' }],
  tokens: 2,
  tokenLastUsedAt: null,
  ...patch,
});

describe('duckmon admin', () => {
  const world = useFixture();
  const script = (request: string, body?: unknown): void => {
    const [method, path] = request.split(' ');
    world.api.script[`${method} /api/v1/admin/${path}`] =
      body === undefined ? { status: 204, body: '' } : { body };
  };
  const sent = (): unknown[] =>
    world.api.seen.map(({ method, path, body, query }) => [
      `${method} ${path.replace('/api/v1/admin/', '')}`,
      method === 'GET' ? query : body,
    ]);

  it('revokes everything, and says what follows', async () => {
    script('POST revoke-all', { revokedAt: '2026-11-25T12:00:00.000Z' });
    const { code, out } = await world.cli(['admin', 'revoke-all', '--reason', 'a leak']);
    assert.equal(code, 0);
    assert.match(out, /^everything was revoked at 2026-11-25T12:00:00\.000Z: people sign in again/);
    assert.deepEqual(sent(), [['POST revoke-all', { reason: 'a leak' }]]);
  });

  it('freezes and resumes, and says who still holds a freeze', async () => {
    script('POST freeze', { frozenBy: ['api'] });
    assert.match((await world.cli(['admin', 'freeze'])).out, /^frozen: no check begins/);
    script('POST resume', { frozenBy: [] });
    assert.match((await world.cli(['admin', 'resume'])).out, /^resumed: checks/);
    script('POST resume', { frozenBy: ['operator'] });
    assert.match(
      (await world.cli(['admin', 'resume'])).out,
      /^still frozen by the operator: kubectl monitor resume/,
    );
  });

  it('asks for new keys, gracefully or at once', async () => {
    script('POST rotate');
    assert.match((await world.cli(['admin', 'rotate'])).out, /when every reader has them/);
    assert.match(
      (await world.cli(['admin', 'rotate', '--now'])).out,
      /at once and without overlap/,
    );
    assert.deepEqual(sent(), [
      ['POST rotate', { now: false }],
      ['POST rotate', { now: true }],
    ]);
  });

  it('says what the api says where keys are not rotated from here', async () => {
    world.api.script['POST /api/v1/admin/rotate'] = failure(422, 'The keys lie on this machine');
    const { code, err } = await world.cli(['admin', 'rotate']);
    assert.deepEqual([code, err], [1, 'duckmon: The keys lie on this machine\n']);
  });

  it('lists users, with what matters in an emergency', async () => {
    script('GET users', {
      items: [user({ disabledAt: '2026-11-25T10:00:00Z' })],
      nextCursor: null,
    });
    const { out } = await world.cli(['admin', 'users']);
    assert.match(
      out,
      /^ID +NAME +ADDRESS +ADMIN +SHUT OUT +LAST SEEN +FACTORS +TOKENS +WORKSPACES\n/,
    );
    assert.match(out, /Ann +Ann@example\.org +no +2h +60m +passkey +2 +team-a:owner/);
  });

  it('lists whom nobody has seen for so long', async () => {
    script('GET users', { items: [], nextCursor: null });
    const { code, err } = await world.cli(['admin', 'users', '--inactive', '90d']);
    assert.deepEqual([code, err], [0, 'Everybody was seen in 90 days.\n']);
    assert.deepEqual(sent(), [['GET users', { inactiveDays: '90', limit: '100' }]]);
    for (const wrong of ['0d', '4000d', 'long', '2h'])
      assert.equal((await world.cli(['admin', 'users', '--inactive', wrong])).code, 2, wrong);
  });

  for (const [verb, name, words] of [
    ['disable', 'ann@EXAMPLE.org', 'is shut out'],
    ['enable', ID, 'may sign in again'],
  ] as const)
    it(`${verb}s a user by ${name}`, async () => {
      script('GET users', {
        items: [user({ id: `${ID}0`, email: null }), user()],
        nextCursor: null,
      });
      script(`POST users/${ID}/${verb}`);
      const { code, out } = await world.cli(['admin', verb, name, '--reason', 'left']);
      assert.deepEqual([code, out], [0, `user/${ID} Ann@example.org ${words}\n`]);
      assert.deepEqual(sent().at(-1), [`POST users/${ID}/${verb}`, { reason: 'left' }]);
    });

  it('does nothing about an address of several users, or of nobody', async () => {
    script('GET users', { items: [user(), user({ id: 'other' })], nextCursor: null });
    const several = await world.cli(['admin', 'disable', 'ann@example.org']);
    assert.equal(several.code, 1);
    assert.match(several.err, new RegExp(`is several users; give the id of one: ${ID}, other`));
    const nobody = await world.cli(['admin', 'disable', 'bob@example.org']);
    assert.equal(nobody.code, 3);
    assert.match(nobody.err, /there is no user bob@example\.org; see duckmon admin users/);
    assert.ok(world.api.seen.every(({ method }) => method === 'GET'));
  });

  it('says whether the audit is whole, and ends with 1 when it is not', async () => {
    const found = { chain: 'team-a', rows: 7, head: 'abc', problem: null };
    script('GET audit/verify', { ...found, intact: true });
    const whole = await world.cli(['admin', 'audit', 'verify', '--workspace', 'team-a']);
    assert.equal(whole.code, 0);
    assert.match(whole.out, /^the audit of team-a is whole: 7 rows; .*elsewhere: abc\n/);
    assert.deepEqual(sent(), [['GET audit/verify', { chain: 'team-a' }]]);
    script('GET audit/verify', { ...found, head: null, intact: false, problem: 'altered' });
    const broken = await world.cli(['admin', 'audit', 'verify']);
    assert.equal(broken.code, 1);
    assert.match(broken.out, /not as it was written: altered at row 8; /);
    assert.deepEqual(sent().at(-1), ['GET audit/verify', {}]);
  });

  it('ends with 4 for a token that is no administrator’s', async () => {
    world.api.script['POST /api/v1/admin/freeze'] = failure(
      403,
      'Administrators alone may do this',
    );
    assert.equal((await world.cli(['admin', 'freeze'])).code, 4);
  });

  it('has a help for every command', async () => {
    for (const words of [
      'revoke-all',
      'freeze',
      'resume',
      'rotate',
      'users',
      'disable',
      'enable',
      'grant-admin',
      'revoke-admin',
      'export',
      'erase',
      'audit',
    ])
      assert.equal((await world.cli(['admin', words, '--help'])).code, 0, words);
  });
});
