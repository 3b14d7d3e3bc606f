import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { tracesOf } from '../../../scripts/testing/leaks/traces.ts';
import { systemClock } from '../../core/clock.ts';
import { newKeyEntry, type Keyring } from '../../core/keyring.ts';
import { createAuthenticators } from '../../scheduler/secrets/authenticators.ts';
import { createSecretReader, type SecretReader } from '../../scheduler/secrets/reader.ts';
import { SealError, sealValues } from '../../scheduler/secrets/seal.ts';
import { readArchive } from '../archive.ts';
import { listAudit } from '../audit.ts';
import { dump } from '../dump.ts';
import { exportAccount, exportWorkspace, type ExportedRow } from '../export.ts';
import { signInUser } from '../identity.ts';
import { deleteSecret, findSecret, listSecrets } from '../secrets.ts';
import { withFactors } from '../secondFactors.ts';
import { findApp, proposeApp } from '../secondFactorsTotp.ts';
import { NOON } from '../testing/monitors.ts';
import { useDatabase } from '../testing/suite.ts';

const NONCES = Number(process.env['DUCKMON_NONCES'] ?? 10_000);
const CANARY = 'C4nary+Value/with=signs&and spaces?9f27c1';
describe('secrets in the database', function () {
  this.timeout(300_000);
  const suite = useDatabase();
  const ring: Keyring = { keys: [newKeyEntry(NOON)] };
  const clock = { ...systemClock, now: () => NOON };
  const apps = createAuthenticators(() => ring, clock);
  let secrets: SecretReader;
  const superuser = () => suite.db.pool('postgres');
  const put = (workspace: string, name: string, value: string) =>
    secrets.put({ workspace, kind: 'Secret', name, data: { token: value }, managedBy: null });
  const contentOf = async (workspace: string, name: string): Promise<Buffer> => {
    const { rows } = await superuser().query<{ content: Buffer }>(
      'SELECT content FROM secrets WHERE workspace_id = $1 AND name = $2',
      [workspace, name],
    );
    assert.ok(rows[0]);
    return rows[0].content;
  };
  const overwrite = (workspace: string, name: string, content: Buffer) =>
    superuser().query('UPDATE secrets SET content = $3 WHERE workspace_id = $1 AND name = $2', [
      workspace,
      name,
      content,
    ]);
  const newUser = async (): Promise<string> => {
    const identity = { issuer: 'https://op.example', subject: randomUUID(), email: null };
    const user = await suite.api((tx) =>
      signInUser(tx, { ...identity, displayName: 'U' }, { now: NOON, newId: randomUUID }),
    );
    return user.id;
  };
  const enrol = (user: string, secret: string) => {
    const { content: sealed, dataKeyId } = apps.seal(user, secret);
    return withFactors(suite.db.pool('mon_api'), user, (tx) =>
      proposeApp(tx, user, { sealed, dataKeyId }, NOON),
    );
  };

  before(() => {
    secrets = createSecretReader(suite.db.pool('mon_scheduler'), () => ring, clock);
  });
  beforeEach(() => superuser().query('DELETE FROM secrets'));

  it('E8 do not open when their ciphertexts changed places between names or workspaces', async () => {
    const places = [
      ['team', 'mail'],
      ['team', 'hook'],
      ['other', 'mail'],
    ] as const;
    for (const [workspace, name] of places) await put(workspace, name, CANARY);
    const contents = await Promise.all(
      places.map(([workspace, name]) => contentOf(workspace, name)),
    );
    for (const [at, [workspace, name]] of places.entries())
      for (const [from, content] of contents.entries()) {
        await overwrite(workspace, name, content);
        const read = secrets.secret(workspace, name, 'token');
        if (from === at) assert.equal(await read, CANARY);
        else await assert.rejects(read, SealError);
      }
  });

  it('E8 do not open when a bit of them was flipped in the database', async () => {
    await put('team', 'mail', CANARY);
    const content = await contentOf('team', 'mail');
    for (let at = 0; at < content.length; at += 1) {
      const flipped = Buffer.from(content);
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at);
      await overwrite('team', 'mail', flipped);
      await assert.rejects(secrets.secret('team', 'mail', 'token'), SealError);
    }
  });

  it('E8 of authenticator apps do not open as another person’s, nor as a Secret', async () => {
    const [ann, bob] = [await newUser(), await newUser()];
    for (const user of [ann, bob]) await enrol(user, 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP');
    await superuser().query(
      `UPDATE authenticator_apps a SET sealed = b.sealed FROM authenticator_apps b
       WHERE a.user_id = $1 AND b.user_id = $2`,
      [ann, bob],
    );
    const app = await withFactors(suite.db.pool('mon_api'), ann, (tx) => findApp(tx, ann));
    assert.ok(app);
    const sealed = { content: Buffer.from(app.sealed), dataKeyId: app.dataKeyId };
    assert.throws(() => apps.stepOf(ann, sealed, '123456'), SealError);
    await put('team', 'mail', CANARY);
    await overwrite('team', 'mail', sealed.content);
    await assert.rejects(secrets.secret('team', 'mail', 'token'), SealError);
  });

  it(`E8 have no nonce twice in ${NONCES} sealings`, () => {
    const nonces = new Set<string>();
    for (let n = 0; n < NONCES; n += 1)
      nonces.add(
        sealValues(ring, { workspace: 'team', name: 'mail' }, {}).content.toString('latin1', 1, 13),
      );
    assert.equal(nonces.size, NONCES);
  });

  it('E9 are in no copy, list, audit, backup, error or event, nor is a part of eight characters', async () => {
    const user = await newUser();
    await put('team', 'mail', CANARY);
    await enrol(user, CANARY);
    const shown: unknown[] = [];
    const write = (row: ExportedRow): void => void shown.push(row);
    await exportWorkspace(suite.db.pool('mon_api'), 'team', write);
    await exportAccount(suite.db.pool('mon_api'), user, write);
    await suite.api(async (tx) => {
      shown.push(await listSecrets(tx, 'team'), await findSecret(tx, 'team', 'Secret', 'mail'));
      shown.push(await listAudit(tx, 'team'));
    });
    await superuser().query("UPDATE secrets SET managed_by = 'a.yaml'");
    const failed = [
      put('team', 'mail', CANARY),
      put('team', 'x\0y', CANARY),
      put('nobody', 'mail', CANARY),
      suite.api((tx) => deleteSecret(tx, 'team', 'Secret', 'mail', { managedBy: null })),
      suite.api((tx) => tx.query('SELECT content FROM secrets')),
    ];
    for (const result of await Promise.allSettled(failed)) {
      assert.equal(result.status, 'rejected');
      shown.push(inspect(result.reason, { depth: Infinity, showHidden: true }));
    }
    const text = `${JSON.stringify(shown)}${await backedUp()}`;
    assert.ok(text.includes('mail') && text.length > 1_000);
    assert.deepEqual(
      [...tracesOf(CANARY)].filter((trace) => text.includes(trace)),
      [],
    );
  });

  /** All values of a backup, and its file as it is. */
  async function backedUp(): Promise<string> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'duckmon-secrets-'));
    try {
      const file = path.join(folder, 'backup');
      await dump(suite.db.url('mon_backup'), file, NOON);
      let text = await readFile(file, 'latin1');
      for await (const item of readArchive(file)) text += JSON.stringify(item);
      return text;
    } finally {
      await rm(folder, { recursive: true });
    }
  }
});
