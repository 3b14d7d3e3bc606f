import assert from 'node:assert/strict';
import { takeInvitationMail } from '../../store/invitationMails.ts';
import { newBrowser, newPerson, newWorkspace } from '../testing/person.ts';
import { startTestApi, type Answer, type TestApi } from '../testing/api.ts';
import type { Browser } from '../testing/stepUp.ts';

const PROVIDER = {
  OIDC_ISSUER: 'https://id.example',
  GOOGLE_CLIENT_ID: 'of-the-test',
  GOOGLE_CLIENT_SECRET: 'of-the-test',
  SIGN_IN_ALLOW: '*',
};

interface Made {
  readonly id: string;
  readonly mail: string | null;
  readonly notMailed: string | null;
}
interface Line {
  readonly id: string;
  readonly workspace: string;
  readonly workspaceName: string;
  readonly role: string;
  readonly inviterName: string | null;
}

describe('invitations to whoever is signed in', function () {
  this.timeout(30_000);
  let api: TestApi;
  let ann: Browser;
  let bob: Browser;

  before(async () => {
    api = await startTestApi(PROVIDER, { providerFetch: () => assert.fail('asked the provider') });
    const annId = await newPerson(api, 'ann');
    await newWorkspace(api, 'shop', 'team', annId);
    await newWorkspace(api, 'attic', 'team', annId);
    ann = await newBrowser(api, annId, { steppedUp: true });
    bob = await newBrowser(api, await newPerson(api, 'bob'), { steppedUp: true });
  });
  afterEach(async () => {
    await api.db
      .pool('postgres')
      .query('DELETE FROM invitations; DELETE FROM invited_addresses; DELETE FROM audit');
    await api.db
      .pool('postgres')
      .query(
        `DELETE FROM memberships m USING users u WHERE u.id = m.user_id AND u.subject = 'bob'`,
      );
  });
  after(() => api.stop());

  const ask = (
    { cookie, csrf }: Browser,
    method: string,
    path: string,
    body?: unknown,
    workspace?: string,
  ): Promise<Answer> =>
    api.call(method, `/api/v1${path}`, {
      headers: {
        cookie,
        'x-csrf-token': csrf,
        ...(workspace === undefined ? {} : { 'x-workspace': workspace }),
      },
      ...(body === undefined ? {} : { body }),
    });
  const invite = async (address = 'bob@example.org', workspace = 'shop'): Promise<Made> => {
    const body = { address, role: 'editor' };
    const made = await ask(ann, 'POST', '/invitations', body, workspace);
    assert.equal(made.status, 201, made.text);
    return JSON.parse(made.text) as Made;
  };
  const mine = async (who = bob): Promise<readonly Line[]> => {
    const { status, text } = await ask(who, 'GET', '/invitations/mine');
    assert.equal(status, 200, text);
    return (JSON.parse(text) as { items: readonly Line[] }).items;
  };
  const states = async (): Promise<unknown[]> =>
    (
      JSON.parse((await ask(ann, 'GET', '/invitations', undefined, 'shop')).text) as {
        items: readonly { state: string; mailState: string | null }[];
      }
    ).items.map(({ state, mailState }) => [state, mailState]);
  const audited = async (): Promise<unknown[]> =>
    (
      await api.db
        .pool('postgres')
        .query<{ action: string }>(
          "SELECT action FROM audit WHERE workspace_id = 'shop' ORDER BY seq",
        )
    ).rows.map(({ action }) => action);

  it('are mailed, seen by the address alone, and accepted without the link', async () => {
    const { id, mail, notMailed } = await invite();
    assert.deepEqual([mail, notMailed, await states()], ['queued', null, [['open', 'pending']]]);
    const [line, ...others] = await mine();
    assert.deepEqual([line?.id, others, await mine(ann)], [id, [], []]);
    const { workspaceName, role, inviterName } = line ?? assert.fail();
    assert.deepEqual([workspaceName, role, inviterName], ['The shop', 'editor', 'ann']);
    const joined = await ask(bob, 'POST', `/invitations/mine/${id}/accept`, {});
    assert.equal(joined.status, 200, joined.text);
    assert.equal((await ask(bob, 'GET', '/members', undefined, 'shop')).status, 200);
    assert.deepEqual([await mine(), await states()], [[], [['accepted', 'pending']]]);
    assert.deepEqual(await audited(), ['invitation.create', 'member.join']);
    assert.equal((await ask(bob, 'POST', `/invitations/mine/${id}/accept`, {})).status, 404);
  });

  it('are declined: the link is void, the workspace sees it, and mails there no more', async () => {
    const { id } = await invite();
    assert.equal((await ask(bob, 'POST', `/invitations/mine/${id}/decline`, {})).status, 204);
    assert.deepEqual([await mine(), await states()], [[], [['declined', 'pending']]]);
    assert.deepEqual(await audited(), ['invitation.create', 'invitation.decline']);
    for (const verb of ['accept', 'decline'])
      assert.equal((await ask(bob, 'POST', `/invitations/mine/${id}/${verb}`, {})).status, 404);
    const again = await invite();
    assert.equal(again.mail, null);
    assert.match(again.notMailed ?? '', /has declined an invitation/);
    assert.equal((await mine()).length, 1);
  });

  it('A15 are nobody else’s, whoever asks for them by their id', async () => {
    const { id } = await invite();
    const eve = await newBrowser(api, await newPerson(api, 'eve'), { steppedUp: true });
    for (const who of [eve, ann])
      for (const verb of ['accept', 'decline'])
        assert.equal((await ask(who, 'POST', `/invitations/mine/${id}/${verb}`, {})).status, 404);
    assert.deepEqual(await states(), [['open', 'pending']]);
  });

  it('A23 are nobody’s who came by a sign-in link, whatever address stands in the account', async () => {
    const { id } = await invite('root@example.org');
    const root = await newPerson(api, 'root', { issuer: 'local', email: null });
    await api.db
      .pool('postgres')
      .query("UPDATE users SET email = 'root@example.org' WHERE id = $1", [root]);
    const browser = await newBrowser(api, root, { steppedUp: true });
    assert.deepEqual(await mine(browser), []);
    assert.equal((await ask(browser, 'POST', `/invitations/mine/${id}/accept`, {})).status, 404);
  });

  it('E11 are mailed three times a day to one address, and each time beyond is told', async () => {
    for (let nth = 0; nth < 3; nth += 1) assert.equal((await invite()).mail, 'queued');
    const more = await invite();
    assert.equal(more.mail, null);
    assert.match(more.notMailed ?? '', /got 3 invitations of this workspace within a day/);
    const again = await ask(ann, 'POST', `/invitations/${more.id}/resend`, {}, 'shop');
    assert.match((JSON.parse(again.text) as Made).notMailed ?? '', /within a day/);
    assert.equal((await invite('eve@example.org')).mail, 'queued');
  });

  it('are mailed no more to whoever said no by the link of a mail', async () => {
    const { id } = await invite();
    const take = (of: string, workspace = 'shop') =>
      takeInvitationMail(
        api.db.pool('mon_scheduler'),
        { workspace, id: of },
        { now: api.time.now, isFirst: true },
      );
    const taken = await take(id);
    const token = taken.kind === 'mail' ? taken.stopToken : '';
    const unsubscribe = (text: string): Promise<Answer> =>
      api.call('POST', `/api/v1/unsubscribe?token=${text}`);
    const forged = token.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'));
    assert.equal((await unsubscribe(forged)).status, 404);
    assert.equal((await take((await invite()).id)).kind, 'mail');
    const done = await unsubscribe(token);
    assert.deepEqual(JSON.parse(done.text), { address: null, channel: null });
    assert.equal((await unsubscribe(token)).status, 200);
    const other = await invite('bob@example.org', 'attic');
    assert.equal((await take(other.id, 'attic')).kind, 'none');
    assert.equal((await mine()).length, 2);
  });
});
