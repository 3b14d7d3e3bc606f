/** A page that looks around inside, read by a Chromium in the pod of a browser, and what of it arrives. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MACHINE_ADDRESS } from '../../lib/cluster/node/addresses.ts';
import { podOf, runIn } from './pods.ts';
import type { System } from './system.ts';

/** Stands for everything that no page may reach: it hears TCP and UDP on one port. */
export interface Trap {
  readonly address: string;
  readonly port: number;
  /** What has come since the last time: `tcp` and `udp`. */
  take(): readonly string[];
  close(): void;
}

export async function openTrap(): Promise<Trap> {
  let heard = new Set<string>();
  const server = createServer((_request, response) => response.end('secret of the inside'));
  server.on('connection', () => heard.add('tcp'));
  await once(server.listen(0, MACHINE_ADDRESS), 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = createSocket('udp4', () => heard.add('udp'));
  await once(socket.bind(port, MACHINE_ADDRESS), 'listening');
  return {
    address: `${MACHINE_ADDRESS}:${port}`,
    port,
    take: () => {
      const taken = [...heard].toSorted();
      heard = new Set();
      return taken;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
      socket.close();
    },
  };
}

/** Nothing of it waits for anything else: what is dropped hangs. */
const pageFor = (trap: string): string => `<!doctype html><title>Shop</title>
<p>${'A page with words, and with something else in mind. '.repeat(8)}</p>
<script>
const at = 'http://${trap}';
const quietly = (act) => { try { act(); } catch {} };
const add = (tag, fields) => document.body.append(Object.assign(document.createElement(tag), fields));
for (const [tag, field] of [['img', 'src'], ['iframe', 'src'], ['video', 'src'], ['script', 'src'], ['object', 'data']])
  add(tag, { [field]: at + '/' + tag });
for (const rel of ['stylesheet', 'preconnect', 'prefetch', 'icon']) add('link', { rel, href: at + '/' + rel });
const ask = (url) => fetch(url, { mode: 'no-cors' }).catch(() => 0);
ask(at + '/fetch');
for (const inside of ['http://169.254.169.254/', 'https://10.96.0.1/', 'http://kubernetes.default.svc/']) ask(inside);
quietly(() => navigator.sendBeacon(at + '/beacon', 'x'));
quietly(() => new WebSocket('ws://${trap}/socket'));
quietly(() => new EventSource(at + '/events'));
quietly(() => new Worker(URL.createObjectURL(new Blob(['fetch("' + at + '/worker", { mode: "no-cors" }).catch(() => 0)']))));
quietly(() => window.open(at + '/window'));
quietly(() => {
  const turn = { urls: 'turn:${trap}?transport=tcp', username: 'a', credential: 'b' };
  const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:${trap}' }, turn] });
  peer.createDataChannel('x');
  peer.createOffer().then((offer) => peer.setLocalDescription(offer));
});
console.log('the page has acted');
</script>`;

/**
 * `own` is the browser as it is, `trusting` does not guard its own network, `misled` has another proxy, `bare`
 * none and no other fence either.
 */
export type Mode = 'own' | 'trusting' | 'misled' | 'bare';

/** In the pod: a Chromium beside the one of the service, with the same flags, or without its fences. */
const VISIT = `
const [url, mode, trap] = process.argv.slice(1);
const { spawn } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const home = mkdtempSync('/tmp/escape-');
const FENCES = /^--(proxy-|webrtc-|force-webrtc-|host-resolver-|disable-quic|dns-prefetch|disable-background-networking|no-pings)/;
const GUARD = '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,LocalNetworkAccessChecksWebRTC';
import('/app/services/browser/chromium/flags.ts').then(({ chromiumFlags }) => {
  const proxy = mode === 'misled' ? 'http://' + trap : process.env.EGRESS_URL;
  const flags = chromiumFlags(home + '/profile', proxy).filter((one) => one !== 'about:blank');
  const fenced = mode === 'bare' ? flags.filter((one) => !FENCES.test(one)) : flags;
  const args = mode === 'bare' || mode === 'trusting' ? [...fenced, GUARD] : fenced;
  const env = { ...process.env, HOME: home, TMPDIR: home };
  const stdio = ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'];
  const child = spawn(process.env.CHROMIUM_PATH, [...args, '--enable-logging=stderr', url], { env, stdio, detached: true });
  let said = '';
  let end = (word) => {
    end = () => {};
    process.kill(-child.pid, 'SIGKILL');
    child.once('exit', () => { rmSync(home, { recursive: true, force: true }); console.log(word); process.exit(); });
  };
  child.stderr.on('data', (chunk) => {
    said += chunk;
    if (said.includes('the page has acted')) setTimeout(() => end('acted'), 4000);
  });
  setTimeout(() => end('did not act: ' + said.slice(-600)), 30000);
});
`;

/** Reads the page in the pod of a browser; what of it arrived. */
export async function visit(system: System, trap: Trap, mode: Mode): Promise<readonly string[]> {
  const url = `data:text/html,${encodeURIComponent(pageFor(trap.address))}`;
  trap.take();
  const pod = await podOf(system, 'browser');
  const said = await runIn(system, pod, VISIT, url, mode, trap.address);
  assert.equal(said.trim(), 'acted');
  return trap.take();
}
