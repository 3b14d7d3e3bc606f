import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { pageIn, requestOf } from '../testing/request.ts';
import { SANDBOX_USER } from './launch.ts';

/** Fields of /proc/PID/status by name; undefined when the process has gone. */
function statusOf(pid: number): Record<string, string> | undefined {
  try {
    const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
    return Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2)));
  } catch {
    return undefined;
  }
}

/** Command line of a process; '' when it has gone. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

const processes = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Where a descriptor leads; '' when it was closed meanwhile. */
function linkOf(descriptor: string): string {
  try {
    return readlinkSync(descriptor);
  } catch {
    return '';
  }
}

/** Descriptors of a process; none when it has gone. */
function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    return [];
  }
}

/** A process with all that descend from it. */
function descendants(pid: number): number[] {
  const parents = processes().map((one) => [one, Number(statusOf(one)?.['PPid'] ?? 0)] as const);
  const found = [pid];
  for (const at of found)
    found.push(...parents.filter(([, parent]) => parent === at).map(([child]) => child));
  return found;
}

describe('sandbox of Chromium', function () {
  this.timeout(20_000);
  let site: Site;
  let proxy: TestProxy;
  let bench: ChromiumBench;
  beforeEach(async () => {
    site = await startSite();
    proxy = await startProxy();
    bench = createChromiumBench(proxy.url);
  });
  afterEach(async () => {
    await bench.close();
    await Promise.all([proxy.close(), site.close()]);
  });

  it('C22 is on for every renderer, and Chromium does not run as root', async () => {
    const fetching = bench.fetch(requestOf(`${site.url}/list-800`));
    pageIn(await fetching);
    const { pid } = bench.pool.current() ?? { pid: 0 };
    const tree = descendants(pid).flatMap((one) => {
      const status = statusOf(one);
      return status ? [{ command: commandOf(one), status }] : [];
    });
    const renderers = tree.filter(({ command }) => command.includes('--type=renderer'));
    assert.ok(renderers.length > 0);
    for (const { status } of renderers) {
      assert.equal(status['Seccomp'], '2');
      assert.ok((status['NSpid'] ?? '').trim().split(/\s+/).length >= 2);
    }
    const expected = process.getuid?.() === 0 ? SANDBOX_USER : process.getuid?.();
    for (const { status } of tree)
      assert.equal(Number((status['Uid'] ?? '').split(/\s+/)[0]), expected);
    assert.ok(tree.every(({ command }) => !command.includes('--no-sandbox')));
  });

  it('C14 listens on no port', async () => {
    pageIn(await bench.fetch(requestOf(`${site.url}/static`)));
    const { pid } = bench.pool.current() ?? { pid: 0 };
    const inodes = new Set(
      ['tcp', 'tcp6'].flatMap((table) =>
        readFileSync(`/proc/net/${table}`, 'utf8')
          .split('\n')
          .map((line) => line.trim().split(/\s+/))
          .filter((fields) => fields[3] === '0A')
          .map((fields) => fields[9]),
      ),
    );
    const held = descendants(pid).flatMap((one) =>
      descriptorsOf(one).map((fd) => linkOf(`/proc/${one}/fd/${fd}`)),
    );
    const listening = held.filter((link) => inodes.has(/socket:\[(\d+)\]/.exec(link)?.[1]));
    assert.deepEqual(listening, []);
  });

  it('C7 C8 C9 lets nothing around the proxy', async () => {
    let connections = 0;
    const target = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    let datagrams = 0;
    const stun = createSocket('udp4', () => (datagrams += 1));
    await Promise.all([once(target, 'listening'), once(stun.bind(0, '127.0.0.1'), 'listening')]);
    const to = `127.0.0.1:${(target.address() as AddressInfo).port}`;
    const udp = `127.0.0.1:${stun.address().port}`;
    const strict = await startProxy({
      refuse: (asked) => (asked === to ? { status: 403, error: 'refused' } : undefined),
    });
    const guarded = createChromiumBench(strict.url);
    const waitFor = { selector: '#never', timeoutMs: 700 };
    const result = await guarded.fetch(
      requestOf(`${site.url}/escape?to=${to}&udp=${udp}`, { waitFor }),
    );
    await Promise.all([guarded.close(), strict.close()]);
    target.close();
    stun.close();
    assert.equal(result.kind, 'page');
    assert.deepEqual([connections, datagrams], [0, 0]);
    const tried = new Set(
      strict.seen
        .filter(({ target: asked }) => asked.includes(to))
        .map(({ target: asked }) => asked.replace(/^.*:\d+/, '')),
    );
    // A bare address is a tunnel: the WebSockets.
    for (const way of ['', '/fetch', '/frame', '/redirect', '/worker', '/events', '/beacon'])
      assert.ok(tried.has(way), `the page did not try ${way}`);
  });

  it('leaves no process and no folder after its end', async () => {
    pageIn(await bench.fetch(requestOf(`${site.url}/static`)));
    const { folder } = bench.pool.current() ?? { folder: '-' };
    const running = (): number[] => processes().filter((one) => commandOf(one).includes(folder));
    assert.ok(running().length > 1);
    await bench.close();
    assert.deepEqual(running(), []);
    const children = processes().filter((one) => statusOf(one)?.['PPid'] === String(process.pid));
    assert.ok(children.every((one) => statusOf(one)?.['State']?.startsWith('Z') !== true));
    assert.equal(existsSync(folder), false);
  });
});
