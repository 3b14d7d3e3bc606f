import assert from 'node:assert/strict';
import { createEgressTransport, egressErrorOf } from '../core/egress/transport.ts';
import { PUBLIC, startHarness, startOrigin, type Harness, type Origin } from './testing/harness.ts';
import { connectStatus, exchange, getText } from './testing/raw.ts';

const METADATA = '169.254.169.254';

describe('egress: which addresses are dialled', () => {
  let origin: Origin;
  let harness: Harness | undefined;
  const start = async (names: Record<string, string[] | (() => string[])>): Promise<Harness> => {
    harness = await startHarness({ names, originPort: origin.port });
    return harness;
  };

  before(async () => {
    origin = await startOrigin();
  });
  after(() => origin.stop());
  afterEach(async () => {
    await harness?.stop();
  });

  const connectTo = (proxy: Harness, authority: string): Promise<string> =>
    connectStatus(proxy.port, authority, proxy.authorization());

  it('tunnels to a public name and dials exactly the address that was resolved', async () => {
    const proxy = await start({ 'shop.test': [PUBLIC] });
    assert.match(await connectTo(proxy, 'shop.test:443'), /^HTTP\/1\.1 200 /);
    assert.deepEqual(proxy.dialled, [`${PUBLIC}:443`]);
  });

  const forbidden: Record<string, string[]> = {
    'loopback.test': ['127.0.0.1'],
    'private.test': ['10.0.0.7'],
    'metadata.test': [METADATA],
    'v6loopback.test': ['::1'],
    'mapped.test': ['::ffff:169.254.169.254'],
    'nat64.test': ['64:ff9b::a9fe:a9fe'],
    'unique-local.test': ['fd00:ec2::254'],
    'mixed.test': [PUBLIC, '10.0.0.7'],
    'mixed-last.test': [PUBLIC, '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '::1'],
  };
  for (const [name, addresses] of Object.entries(forbidden))
    it(`C3 refuses ${name} (${addresses.join(', ')}) without dialling anything`, async () => {
      const proxy = await start(forbidden);
      assert.match(await connectTo(proxy, `${name}:443`), /^HTTP\/1\.1 403 /);
      assert.deepEqual(proxy.dialled, []);
    });

  it('C3 tells the caller nothing of the address and the audit everything', async () => {
    const proxy = await start({ 'private.test': ['10.0.0.7'] });
    const answer = await exchange(
      proxy.port,
      getText('http://private.test/', proxy.authorization(), 'Connection: close\r\n'),
    );
    assert.match(answer, /^HTTP\/1\.1 403 [\s\S]*Not allowed\n$/);
    assert.doesNotMatch(answer, /10\.0|private/);
    const [line] = proxy.events('egress.refused');
    assert.equal(line?.['reason'], 'address');
    assert.match(String(line?.['detail']), /^10\.0\.0\.7: /);
    assert.equal(line?.['host'], 'private.test');
  });

  for (const literal of ['127.0.0.1', '169.254.169.254', '[::1]', '[::ffff:a9fe:a9fe]', '0.0.0.0'])
    it(`C2 refuses the literal ${literal}`, async () => {
      const proxy = await start({});
      assert.match(await connectTo(proxy, `${literal}:80`), /^HTTP\/1\.1 403 /);
      assert.deepEqual([proxy.dialled, proxy.resolved], [[], []]);
    });

  for (const literal of [
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '0',
    '１２７.0.0.1',
    '①.test',
    '%31%32%37.0.0.1',
    '127.0.0.1.',
  ])
    it(`C2 never dials for the odd spelling ${literal}`, async () => {
      const proxy = await start({});
      const answer = await connectTo(proxy, `${literal}:80`);
      assert.match(answer, /^HTTP\/1\.1 (400|403) /);
      assert.deepEqual([proxy.dialled, proxy.resolved], [[], []]);
    });

  for (const name of [
    'kubernetes.default.svc',
    'api.team.svc.cluster.local',
    'localhost',
    'redis',
    'printer.local',
    'vault.internal',
  ])
    it(`C4 refuses ${name} before anything is asked of DNS`, async () => {
      const proxy = await start({});
      assert.match(await connectTo(proxy, `${name}:443`), /^HTTP\/1\.1 403 /);
      assert.deepEqual(proxy.resolved, []);
    });

  it('C4 asks DNS for the name as given, under no suffix', async () => {
    const proxy = await start({ 'shop.test': [PUBLIC] });
    await connectTo(proxy, 'SHOP.test:443');
    assert.deepEqual(proxy.resolved, ['shop.test']);
  });

  it('C5 refuses the hop of a redirect that leads to a private address', async () => {
    const proxy = await start({ 'shop.test': [PUBLIC] });
    const moved = await startOrigin(
      (_request, response) =>
        void response.writeHead(302, { location: `http://${METADATA}/latest/` }).end(),
    );
    const other = await startHarness({ names: { 'shop.test': [PUBLIC] }, originPort: moved.port });
    const transport = createEgressTransport(other.proxyUrl, () => other.credential());
    const first = await transport.fetch('http://shop.test/');
    const next = first.headers.get('location') ?? '';
    await assert.rejects(
      transport.fetch(next),
      (error) => egressErrorOf(error)?.code === 'refused',
    );
    await assert.rejects(
      transport.fetch('http://shop.test/', { redirect: 'follow' }),
      (error) => egressErrorOf(error)?.code === 'refused',
    );
    assert.deepEqual(new Set(other.dialled), new Set([`${PUBLIC}:80`]));
    await transport.close();
    await other.stop();
    moved.stop();
    assert.deepEqual(proxy.dialled, []);
  });

  it('C6 dials the validated address when the name flips on every question', async () => {
    let asked = 0;
    const proxy = await start({
      'flip.test': () => ((asked += 1) % 2 === 1 ? [PUBLIC] : [METADATA]),
    });
    const authorization = proxy.authorization();
    const answers: string[] = [];
    for (let round = 0; round < 100; round += 1)
      answers.push(
        ...(await Promise.all(
          Array.from({ length: 10 }, () =>
            connectStatus(proxy.port, 'flip.test:443', authorization),
          ),
        )),
      );
    const opened = answers.filter((answer) => answer.startsWith('HTTP/1.1 200 ')).length;
    assert.equal(asked, 1000, 'each connection resolves exactly once');
    assert.equal(opened, 500);
    assert.deepEqual(new Set(proxy.dialled), new Set([`${PUBLIC}:443`]));
    assert.equal(proxy.dialled.length, 500);
  });

  it('C6 does not use a connection that ended up somewhere else', async () => {
    harness = await startHarness({
      names: { 'shop.test': [PUBLIC] },
      deps: {
        dial: async () => {
          const { dialTcp } = await import('./dial.ts');
          return dialTcp('127.0.0.1', origin.port, new AbortController().signal);
        },
      },
    });
    const before = origin.requests.length;
    const answer = await exchange(
      harness.port,
      getText('http://shop.test/', harness.authorization(), 'Connection: close\r\n'),
    );
    assert.match(answer, /^HTTP\/1\.1 403 /);
    assert.equal(origin.requests.length, before);
    assert.equal(harness.events('egress.refused')[0]?.['reason'], 'not_pinned');
  });

  it('tries the next address of a name when the first refuses the connection', async () => {
    const tried: string[] = [];
    harness = await startHarness({
      names: { 'two.test': ['93.184.215.15', PUBLIC] },
      deps: {
        dial: async (address, _port, signal) => {
          tried.push(address);
          const { dialTcp } = await import('./dial.ts');
          const socket = await dialTcp('127.0.0.1', address === PUBLIC ? origin.port : 1, signal);
          Object.defineProperty(socket, 'remoteAddress', { value: address });
          return socket;
        },
      },
    });
    assert.match(await connectTo(harness, 'two.test:443'), /^HTTP\/1\.1 200 /);
    assert.deepEqual(tried, ['93.184.215.15', PUBLIC]);
  });
});
