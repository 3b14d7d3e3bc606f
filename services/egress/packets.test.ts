import assert from 'node:assert/strict';
import { FORBIDDEN, SITES } from '../../scripts/testing/netns/addresses.ts';
import { startProxyNetwork, type ProxyNetwork } from './testing/network.ts';

const SITE = `tcp ${SITES.v4}:80`;
const METADATA = `tcp ${FORBIDDEN.metadata}:80`;
const TRIES = 100;
const repeated = (url: string): string[] => Array.from({ length: TRIES }, () => url);

describe('egress: packets of the proxy', function () {
  this.timeout(30_000);
  let network: ProxyNetwork;
  before(async () => {
    network = await startProxyNetwork();
  });
  after(() => network.close());

  /** A name that says the site, then `second`, and so on in turns. */
  const rebind = (name: string, second: string): Promise<void> =>
    network.internet.ask('name', { [name]: [[SITES.v4], [second]] });

  for (const [what, second] of [
    ['metadata of a cloud', FORBIDDEN.metadata],
    ['the ClusterIP of the API server', FORBIDDEN.clusterIp],
  ] as const)
    it(`C6 sends nothing to ${what} in ${TRIES} tries with a name that says it every second time`, async () => {
      await network.start();
      await rebind('flip.test', second);
      const statuses = await network.get(repeated('http://flip.test/'));
      assert.deepEqual(network.dialled(), [SITE]);
      assert.deepEqual(new Set(statuses), new Set([200, 403]));
      assert.equal(statuses.filter((status) => status === 200).length, TRIES / 2);
    });

  it(`C6 sends packets only to the address that it judged when another public one follows`, async () => {
    await network.start();
    await network.internet.ask('name', { 'moves.test': [[SITES.v4], [SITES.second]] });
    const [status] = await network.get(['http://moves.test/']);
    assert.equal(status, 200);
    assert.deepEqual(network.dialled(), [SITE]);
  });

  it('C6 a proxy that asks for the name again is seen to send packets inside, and uses no such connection', async () => {
    await rebind('again.test', FORBIDDEN.metadata);
    await network.start({ mutation: { kind: 'asks again', name: 'again.test' } });
    const [status] = await network.get(['http://again.test/']);
    assert.deepEqual(network.dialled(), [METADATA]);
    assert.equal(status, 403);
    const { arrivals } = await network.internet.ask('take');
    assert.deepEqual(arrivals, []);
    const refused = (await network.proxy.ask('take')).find(
      ({ event }) => event === 'egress.refused',
    );
    assert.equal(refused?.['reason'], 'not_pinned');
  });

  it('C6 a proxy that also does not look where it ended up is seen to read the inside', async () => {
    await rebind('blind.test', FORBIDDEN.metadata);
    await network.start({ mutation: { kind: 'asks again, unchecked', name: 'blind.test' } });
    await network.get(['http://blind.test/']);
    assert.deepEqual(network.dialled(), [METADATA]);
    const { arrivals } = await network.internet.ask('take');
    assert.deepEqual(
      arrivals.map(({ address, host }) => [address, host]),
      [[FORBIDDEN.metadata, 'blind.test']],
    );
  });

  it('C2 C3 C4 sends no packet for odd spellings, mixed names and names of the cluster', async () => {
    await network.start();
    await network.internet.ask('name', {
      'mixed.test': [[SITES.v4, FORBIDDEN.clusterIp]],
      'six.test': [[SITES.v4, FORBIDDEN.metadataV6]],
      'kubernetes.default.svc': [[FORBIDDEN.clusterIp]],
    });
    const statuses = await network.get([
      'http://2852039166/',
      'http://0xa9fea9fe/',
      'http://[::ffff:169.254.169.254]/',
      'http://169.254.169.254./',
      `http://[${FORBIDDEN.metadataV6}]/`,
      `http://${FORBIDDEN.special}/`,
      'http://mixed.test/',
      'http://six.test/',
      'http://kubernetes.default.svc/',
    ]);
    assert.ok(
      statuses.every((status) => status === 403 || status === 400),
      statuses.join(),
    );
    assert.deepEqual(network.dialled(), []);
    const { asked } = await network.internet.ask('take');
    assert.ok(asked.every(({ name }) => name !== 'kubernetes.default.svc'));
  });

  it('C18 sends packets to the opened address and port alone, and says so in the audit', async () => {
    await network.start({ env: { DUCKMON_EGRESS_ALLOW: `${FORBIDDEN.clusterIp}:80` } });
    await network.internet.ask('name', { 'intranet.test': [[FORBIDDEN.clusterIp]] });
    const statuses = await network.get([
      'http://intranet.test/',
      `http://${FORBIDDEN.clusterIp}:443/`,
      `http://${FORBIDDEN.clusterIp}:8080/`,
      'http://10.96.0.2/',
      `http://${FORBIDDEN.metadata}/`,
    ]);
    assert.deepEqual(statuses, [200, 403, 403, 403, 403]);
    assert.deepEqual(network.dialled(), [`tcp ${FORBIDDEN.clusterIp}:80`]);
    const audit = await network.proxy.ask('take');
    const [opened] = audit.filter(({ event }) => event === 'egress.opened');
    assert.deepEqual(
      [opened?.['grounds'], opened?.['address'], opened?.['host']],
      ['opened', FORBIDDEN.clusterIp, 'intranet.test'],
    );
  });

  it('C18 follows no redirect from the opened address to another private one', async () => {
    await network.start({ env: { DUCKMON_EGRESS_ALLOW: `${FORBIDDEN.clusterIp}:80` } });
    const hop = `http://${FORBIDDEN.clusterIp}/redir?to=http://${FORBIDDEN.metadata}/`;
    assert.deepEqual(await network.get([hop, `http://${FORBIDDEN.metadata}/`]), [302, 403]);
    assert.deepEqual(network.dialled(), [`tcp ${FORBIDDEN.clusterIp}:80`]);
  });

  it('C18 opens no address of a cloud by the block around it', async () => {
    await network.start({ env: { DUCKMON_EGRESS_ALLOW: '169.254.0.0/16:80' } });
    assert.deepEqual(await network.get([`http://${FORBIDDEN.metadata}/`]), [403]);
    assert.deepEqual(network.dialled(), []);
  });
});
