import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { egressErrorOf } from './errors.ts';
import { openTunnel } from './tunnel.ts';

const isCode = (code: string) => (error: unknown) => egressErrorOf(error)?.code === code;

describe('core: tunnel', () => {
  let server: Server;
  let asked: string;
  /** A proxy that answers every request as the test says. */
  const start = async (answer: (socket: Socket) => void): Promise<string> => {
    asked = '';
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (chunk) => {
        asked = String(chunk);
        answer(socket);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const open = (proxyUrl: string, host = 'shop.test') => openTunnel(proxyUrl, 'cred', host, 443);
  afterEach(() => void server.close());

  it('asks with the credential, and IPv6 in brackets', async () => {
    const proxyUrl = await start((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    (await open(proxyUrl, '2606::1')).destroy();
    const password = Buffer.from('duckmon:cred').toString('base64');
    assert.equal(
      asked,
      `CONNECT [2606::1]:443 HTTP/1.1\r\nHost: [2606::1]:443\r\nProxy-Authorization: Basic ${password}\r\n\r\n`,
    );
  });

  it('loses no byte that the target sent together with the answer of the proxy', async () => {
    const proxyUrl = await start(
      (socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n220 mail ready'),
    );
    assert.equal(await text(await open(proxyUrl)), '220 mail ready');
  });

  it('reads an answer that comes in pieces', async () => {
    const proxyUrl = await start((socket) => {
      const pieces = ['HTTP/1.', '1 200 O', 'K\r\nX: y\r\n\r', '\nhello'];
      const next = (): void => {
        const piece = pieces.shift();
        if (piece === undefined) socket.end();
        else socket.write(piece, () => setImmediate(next));
      };
      next();
    });
    assert.equal(await text(await open(proxyUrl)), 'hello');
  });

  for (const [what, answer, code] of [
    ['403', 'HTTP/1.1 403 No\r\n\r\n', 'refused'],
    ['407', 'HTTP/1.1 407 No\r\n\r\n', 'unauthorized'],
    ['429', 'HTTP/1.1 429 No\r\n\r\n', 'limited'],
    ['503', 'HTTP/1.1 503 No\r\n\r\n', 'limited'],
    ['502', 'HTTP/1.1 502 No\r\n\r\n', 'unreachable'],
    [
      'a named error',
      'HTTP/1.1 502 No\r\nX-Duckmon-Egress-Error:  nameNotFound \r\n\r\n',
      'nameNotFound',
    ],
    ['an unknown name', 'HTTP/1.1 502 No\r\nx-duckmon-egress-error: other\r\n\r\n', 'unreachable'],
    ['something else than HTTP', 'SSH-2.0-x\r\n\r\n', 'unreachable'],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(3000)}`, 'proxyDown'],
    ['nothing', '', 'proxyDown'],
  ] as const)
    it(`is ${code} when the proxy answers ${what}`, async () => {
      const proxyUrl = await start((socket) => void socket.end(answer));
      await assert.rejects(open(proxyUrl), isCode(code));
    });
});
