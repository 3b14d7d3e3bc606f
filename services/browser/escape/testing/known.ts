/** The page of the 55 vectors that the design was measured with: `known.html`, and what it loads. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ServedPage } from '../../../../scripts/testing/netns/agents/inet.ts';
import { loopback, name, packet, request, type Sign, type Vector } from './vector.ts';

const WORKER = `fetch('http://10.96.0.1/worker').catch(() => 0);
try { new WebSocket('ws://10.96.0.1/ws-worker'); } catch {}
onconnect = () => 0;`;
const SERVICE_WORKER = `oninstall = (event) => event.waitUntil(Promise.allSettled([
  fetch('http://10.96.0.1/sw-install', { mode: 'no-cors' }),
  fetch('http://169.254.169.254/sw', { mode: 'no-cors' }),
]));`;
const STYLES = `@import url(http://10.96.0.1/css);
@font-face { font-family: far; src: url(http://10.96.0.1/font); }
body { font-family: far; background: url(http://169.254.169.254/bg); }`;

/** What the site of the page answers. */
export const knownPages = (): Readonly<Record<string, ServedPage>> => ({
  '/known': { body: readFileSync(path.join(import.meta.dirname, 'known.html'), 'utf8') },
  '/w.js': { body: WORKER, type: 'text/javascript' },
  '/sw.js': { body: SERVICE_WORKER, type: 'text/javascript' },
  '/a.css': { body: STYLES, type: 'text/css' },
});

const of = (group: string, signs: Readonly<Record<string, Sign>>, quiet?: string): Vector[] =>
  Object.entries(signs).map(([id, sign]) => ({
    group,
    id,
    sign,
    ...(quiet === undefined ? {} : { quiet }),
  }));

const requests = (...paths: readonly string[]): Record<string, Sign> =>
  Object.fromEntries(paths.map((one) => [one.slice(1), request(one)]));

const NOT_SECURE = 'only pages over TLS have it: `secure.ts`';

export const KNOWN: readonly Vector[] = [
  ...of(
    'hints',
    {
      'dns-prefetch': name('dnsprefetch-secret.attacker.test'),
      preconnect: packet('tcp 10.96.0.1:443'),
    },
    'the shell looks up no name and opens no connection ahead',
  ),
  ...of('hints', requests('/prefetch')),
  ...of('styles', requests('/css', '/font', '/bg')),
  ...of('speculation', requests('/spec', '/prer'), 'other sites are fetched ahead over TLS only'),
  ...of('icons', requests('/favicon'), 'a browser without a window shows no icon'),
  ...of('images', {
    ...requests('/latest/meta-data/', '/m', '/dec', '/hex'),
    'by name': name('169.254.169.254.nip.test'),
  }),
  ...of('loopback', {
    inspector: loopback(9229),
    devtools: loopback(9222),
    redis: loopback(6379),
    postgres: loopback(5432),
  }),
  ...of('frames', requests('/iframe', '/redir', '/object', '/embed')),
  ...of('media', requests('/video', '/audio')),
  ...of('forms', requests('/form')),
  ...of('scripts', requests('/fetch', '/beacon', '/ping', '/es')),
  ...of('WebSocket', { ...requests('/ws'), wss: packet('tcp 10.96.0.1:443') }),
  ...of(
    'WebTransport',
    {
      'to a ClusterIP': packet('udp 10.96.0.1:443'),
      'to a public address': packet('udp 203.0.113.10:443'),
    },
    NOT_SECURE,
  ),
  ...of('workers', requests('/worker', '/ws-worker')),
  ...of('workers', requests('/sw-install', '/sw'), NOT_SECURE),
  ...of('WebRTC', {
    stun: packet('udp 10.96.0.1:3478'),
    'stun outside': packet('udp 203.0.113.10:3478'),
    turn: packet('tcp 10.96.0.1:3478'),
    'stun by name': name('stun-secret.attacker.test'),
    candidate: packet('udp 10.96.0.1:5353'),
  }),
  ...of('windows', requests('/popup')),
];
