import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FORBIDDEN } from '../../scripts/testing/netns/addresses.ts';
import { issueCredential } from '../core/egress/credential.ts';
import { grantOf } from './testing/harness.ts';
import { startProxyNetwork, type ProxyNetwork } from './testing/network.ts';

const ADDRESS = FORBIDDEN.clusterIp;
const PAGE = 'http://intranet.test/';
const URLS = [PAGE, `http://${ADDRESS}/`];
const A = { workspace: 'team-a' };
const B = { workspace: 'team-b' };

describe('egress: an intranet page of one workspace, by packets', function () {
  this.timeout(30_000);
  let network: ProxyNetwork;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-intranet-'));
    network = await startProxyNetwork();
    await network.internet.ask('name', { 'intranet.test': [[ADDRESS]] });
  });
  after(async () => {
    await network.close();
    rmSync(folder, { recursive: true });
  });

  const openedToA = (): Promise<void> =>
    network.start({ env: { DUCKMON_EGRESS_ALLOW: `team-a=${ADDRESS}:80` } });

  it('C18 reaches it for the workspace that it is opened to, and tells who, where and by which entry each time', async () => {
    await openedToA();
    assert.deepEqual(await network.get(URLS, A), [200, 200]);
    assert.deepEqual(network.dialled(), [`tcp ${ADDRESS}:80`]);
    const opened = (await network.proxy.ask('take')).filter(
      ({ event }) => event === 'egress.opened',
    );
    assert.deepEqual(
      opened.map(({ level, grounds, workspace, address, host, by }) => [
        level,
        grounds,
        workspace,
        address,
        host,
        by,
      ]),
      ['intranet.test', ADDRESS].map((host) => [
        'info',
        'opened',
        'team-a',
        ADDRESS,
        host,
        `team-a=${ADDRESS}:80`,
      ]),
    );
  });

  it('C18 sends no packet there for another workspace, whoever asks for it, and tells of each try', async () => {
    await openedToA();
    const issuers = ['scheduler', 'notification', 'llm', 'api'] as const;
    for (const issuer of issuers)
      assert.deepEqual(await network.get(URLS, { ...B, issuer }), [403, 403], issuer);
    assert.deepEqual(await network.get(URLS, { workspace: '' }), [403, 403]);
    assert.deepEqual(network.dialled(), []);
    const refused = (await network.proxy.ask('take')).filter(
      ({ event }) => event === 'egress.refused',
    );
    assert.equal(refused.length, (issuers.length + 1) * URLS.length);
    assert.ok(refused.every(({ reason }) => reason === 'address'));
    assert.equal(refused.filter(({ workspace }) => workspace === 'team-b').length, 8);
  });

  it('C18 uses no kept connection of the workspace that it is opened to for another one', async () => {
    await openedToA();
    assert.deepEqual(await network.get([PAGE], A), [200]);
    assert.deepEqual(network.dialled(), [`tcp ${ADDRESS}:80`]);
    assert.deepEqual(await network.get([PAGE], B), [403]);
    assert.deepEqual(network.dialled(), []);
  });

  it('C17 C18 takes no credential in which another workspace was written', async () => {
    await openedToA();
    const signed = issueCredential(network.keys.of('scheduler'), grantOf(B));
    const [kid, payload = '', signature] = signed.split('.');
    const grant = Buffer.from(payload, 'base64url').toString('utf8');
    const forged = Buffer.from(grant.replace('team-b', 'team-a')).toString('base64url');
    assert.notEqual(forged, payload);
    assert.deepEqual(await network.getWith(URLS, [kid, forged, signature].join('.')), [407, 407]);
    assert.deepEqual(network.dialled(), []);
  });

  it('C18 opens and closes by its file while it runs', async () => {
    const file = path.join(folder, 'allow');
    await network.start({ env: { DUCKMON_EGRESS_ALLOW_FILE: file } });
    const becomes = async (status: number, text: string): Promise<void> => {
      writeFileSync(file, text);
      while ((await network.get([PAGE], A))[0] !== status) network.dialled();
      network.dialled();
    };
    assert.deepEqual(await network.get([PAGE], A), [403]);
    assert.deepEqual(network.dialled(), []);
    await becomes(200, `# wiki\nteam-a=${ADDRESS}:80\n`);
    assert.deepEqual(await network.get([PAGE], B), [403]);
    assert.deepEqual(network.dialled(), []);
    await becomes(403, `team-b=${ADDRESS}:80\n`);
    assert.deepEqual(await network.get([PAGE], A), [403]);
    assert.deepEqual(network.dialled(), []);
  });

  it('C18 opened to all, it is seen to be reached for any workspace (control)', async () => {
    await network.start({ env: { DUCKMON_EGRESS_ALLOW: `${ADDRESS}:80` } });
    assert.deepEqual(await network.get([PAGE], B), [200]);
    assert.deepEqual(network.dialled(), [`tcp ${ADDRESS}:80`]);
  });
});
