/** Pages that attack the browser: loops, floods, memory, downloads. */
import { html, send, type Page, type Pages } from '../page.ts';

const attack = (body: string): Page => html('Hostile', () => `<p>Bait</p>${body}`);

/** Ways by which a page tries to reach `to` (host:port) and, by UDP, `udp`, around the proxy. */
const escape = (to: string, udp: string): string => `
  <link rel="dns-prefetch" href="http://dnsprefetch.test"><link rel="preconnect" href="http://${to}">
  <link rel="prefetch" href="http://${to}/prefetch"><link rel="icon" href="http://${to}/icon">
  <script type="speculationrules">{"prefetch":[{"source":"list","urls":["http://${to}/speculation"],"eagerness":"immediate"}]}</script>
  <iframe src="http://${to}/frame"></iframe><object data="http://${to}/object"></object>
  <embed src="http://${to}/embed"><iframe src="/redirect?to=http://${to}/redirect"></iframe>
  <a id="ping" ping="http://${to}/ping" href="#x">x</a>
  <script>
    const attempt = (work) => { try { work()?.catch?.(() => {}); } catch {} };
    attempt(() => fetch('http://${to}/fetch', { mode: 'no-cors' }));
    attempt(() => navigator.sendBeacon('http://${to}/beacon', 'x'));
    attempt(() => { new WebSocket('ws://${to}/socket'); });
    attempt(() => { new EventSource('http://${to}/events'); });
    attempt(() => new WebTransport('https://${to}/transport').ready);
    attempt(() => { new Worker('/escape-worker.js?to=${to}'); });
    attempt(() => { new SharedWorker('/escape-worker.js?to=${to}'); });
    attempt(async () => {
      const peer = new RTCPeerConnection({ iceServers: [{ urls: ['stun:${udp}', 'stun:stun-name.test:3478'] },
        { urls: 'turn:${to}?transport=tcp', username: 'u', credential: 'c' }] });
      peer.createDataChannel('x');
      await peer.setLocalDescription(await peer.createOffer());
    });
    attempt(() => window.open('http://${to}/popup'));
    document.getElementById('ping').click();
  </script>`;

export const hostilePages: Pages = {
  escape: html('Escape', ({ url }) =>
    escape(url.searchParams.get('to') ?? '', url.searchParams.get('udp') ?? ''),
  ),
  'escape-worker.js': (visit) => {
    const to = visit.url.searchParams.get('to') ?? '';
    const script = `fetch('http://${to}/worker', { mode: 'no-cors' }).catch(() => {});
      new WebSocket('ws://${to}/worker-socket');`;
    send(visit, script, { 'content-type': 'text/javascript' });
  },
  spin: attack('<script>while (true) {}</script>'),
  'spin-late': attack('<script>setTimeout(() => { while (true) {} }, 50)</script>'),
  alerts: attack(
    '<script>for (let i = 0; i < 20; i += 1) alert(i)</script><p>After the alerts</p>',
  ),
  'alert-loop': attack('<script>while (true) alert(1)</script>'),
  popups: attack(
    `<script>for (let i = 0; i < 500; i += 1) window.open('/static?popup=' + i)</script>`,
  ),
  popup: attack(`<script>window.open('/static?popup=one')</script>`),
  frames: attack(
    `<script>for (let i = 0; i < 2000; i += 1) document.body.append(document.createElement('iframe'))</script>`,
  ),
  growing: attack(
    `<script>setInterval(() => { for (let i = 0; i < 500; i += 1)
       document.body.append(Object.assign(document.createElement('p'), { textContent: 'more ' + i })); }, 10)</script>`,
  ),
  memory: attack(
    `<script>const hold = []; setInterval(() => { for (let i = 0; i < 8; i += 1)
       hold.push(new Uint8Array(8 * 1024 * 1024).fill(1)); }, 10)</script>`,
  ),
  'starts-download': attack(
    `<a id="a" href="/endless-download" download>x</a><script>document.getElementById('a').click()</script>`,
  ),
  unload: attack(
    `<script>onbeforeunload = (event) => { event.preventDefault(); return 'stay'; }</script>`,
  ),
  'service-worker': attack(
    `<p id="sw">none</p><script>navigator.serviceWorker?.register('/sw.js').then(() => {
       document.getElementById('sw').textContent = 'registered'; }).catch(() => {})</script>`,
  ),
  state: html(
    'State',
    () => `<p id="a"></p><script>
      document.getElementById('a').textContent = 'cookie=' + document.cookie + ' store=' + localStorage.getItem('seen');
      document.cookie = 'seen=1; max-age=3600'; localStorage.setItem('seen', '1');</script>`,
  ),
  permissions: html(
    'Permissions',
    () => `<p id="a"></p><script>Promise.all(['geolocation', 'notifications', 'camera'].map((name) =>
      navigator.permissions.query({ name }).then((answer) => name + '=' + answer.state)))
      .then((states) => { document.getElementById('a').textContent = states.join(' '); });</script>`,
  ),
};
