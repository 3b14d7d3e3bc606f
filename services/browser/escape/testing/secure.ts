/** Ways out that only a page over TLS has. Each target has a port of its own, by which it is known. */
import type { ServedPage } from '../../../../scripts/testing/netns/agents/inet.ts';
import { packet, type Vector } from './vector.ts';

/** Forbidden over TLS; whether anybody listens does not matter, since packets are counted. */
const HOST = '10.96.0.1';

interface Written extends Vector {
  readonly script: string;
}

/** @param text a script; in it `TO` is the vector's target, `https://…` with a path. */
function written(
  group: string,
  id: string,
  port: number,
  text: string,
  more: { readonly protocol?: 'tcp' | 'udp'; readonly quiet?: string } = {},
): Written {
  const { protocol = 'tcp', quiet } = more;
  const script = text.replaceAll('TO', `https://${HOST}:${port}/${id}`);
  const sign = packet(`${protocol} ${HOST}:${port}`);
  return { group, id, sign, script, ...(quiet === undefined ? {} : { quiet }) };
}

const rules = (value: string): string =>
  `const s = document.createElement('script'); s.type = 'speculationrules'; s.textContent = JSON.stringify(${value}); document.head.append(s);`;

const WRITTEN: readonly Written[] = [
  written('WebTransport', 'web-transport', 9001, "await new WebTransport('TO').ready", {
    protocol: 'udp',
  }),
  written(
    'WebTransport',
    'pinned-web-transport',
    9002,
    "await new WebTransport('TO', { serverCertificateHashes: [{ algorithm: 'sha-256', value: new Uint8Array(32) }] }).ready",
    { protocol: 'udp' },
  ),
  written(
    'workers',
    'service-worker',
    9003,
    `await navigator.serviceWorker.register('/secure-sw.js')`,
  ),
  written('workers', 'paint-worklet', 9004, "await CSS.paintWorklet.addModule('TO')"),
  written(
    'workers',
    'audio-worklet',
    9005,
    "await new AudioContext().audioWorklet.addModule('TO')",
  ),
  written('scripts', 'fetchLater', 9006, "fetchLater('TO', { activateAfter: 0 })"),
  written('scripts', 'private-network', 9007, "await fetch('TO', { targetAddressSpace: 'local' })"),
  written(
    'speculation',
    'prefetch',
    9008,
    rules("{ prefetch: [{ urls: ['TO'], eagerness: 'immediate' }] }"),
  ),
  written(
    'speculation',
    'prerender',
    9009,
    rules("{ prerender: [{ urls: ['/redir?to=TO'], eagerness: 'immediate' }] }"),
    { quiet: 'a page is made ahead on its own site only' },
  ),
  written(
    'speculation',
    'prefetch-by-link',
    9010,
    `document.body.insertAdjacentHTML('beforeend', '<a href="TO">x</a>'); ${rules("{ prefetch: [{ where: { href_matches: 'TO' }, eagerness: 'immediate' }] }")}`,
  ),
  written('WebSocket', 'wss', 9011, "new WebSocket('TO'.replace('https', 'wss'))"),
  written(
    'identity',
    'FedCM',
    9012,
    "await navigator.credentials.get({ identity: { providers: [{ configURL: 'TO', clientId: 'x' }] } })",
  ),
  written(
    'payments',
    'payment-manifest',
    9013,
    "await new PaymentRequest([{ supportedMethods: 'TO' }], { total: { label: 'x', amount: { currency: 'EUR', value: '1' } } }).canMakePayment()",
    { quiet: 'the shell has no payments' },
  ),
  written(
    'headers',
    'reporting-endpoints',
    9014,
    "const f = document.createElement('iframe'); f.src = 'https://blocked.invalid/'; document.body.append(f)",
    { quiet: 'reports go later than any check ends' },
  ),
  written(
    'scripts',
    'background-fetch',
    9015,
    "await (await navigator.serviceWorker.ready).backgroundFetch.fetch('x', ['TO'])",
    { quiet: 'it needs a permission' },
  ),
  written(
    'hints',
    'preconnect',
    9016,
    `document.head.insertAdjacentHTML('beforeend', '<link rel=preconnect href="TO">')`,
    { quiet: 'the shell opens no connection ahead' },
  ),
];

export const SECURE: readonly Vector[] = WRITTEN;

const portOf = (id: string): string => {
  const flow = WRITTEN.find((vector) => vector.id === id)?.sign;
  return flow?.kind === 'packet' ? (flow.flow.split(':').at(-1) ?? '') : '';
};
const target = (id: string): string => `https://${HOST}:${portOf(id)}/${id}`;

const SERVICE_WORKER = `oninstall = (event) => event.waitUntil(fetch('${target('service-worker')}', { mode: 'no-cors' }).catch(() => 0));`;

/** What the site of the page answers. */
export const securePages = (): Readonly<Record<string, ServedPage>> => ({
  '/secure': {
    body: `<!doctype html><body>${WRITTEN.map(({ script }) => `<script>(async () => { ${script} })().catch(() => 0);</script>`).join('\n')}`,
    headers: {
      'reporting-endpoints': `default="${target('reporting-endpoints')}"`,
      'content-security-policy-report-only': "frame-src 'none'; report-to default",
    },
  },
  '/secure-sw.js': { body: SERVICE_WORKER, type: 'text/javascript' },
});
