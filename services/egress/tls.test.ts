import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { mock } from 'node:test';
import { createEgressTransport, egressErrorOf } from '../core/egress/transport.ts';
import { makeCertificate } from '../../scripts/testing/certificate.ts';
import { PUBLIC, startHarness, type Harness } from './testing/harness.ts';

const WEEK_MS = 7 * 24 * 3600 * 1000;
const NAME = 'shop.test';
/** Node itself speaks it only when it is made to. */
const OLD: ServerOptions = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1',
  ciphers: 'DEFAULT@SECLEVEL=0',
};

function certificateOf(now: number): ReturnType<typeof makeCertificate> {
  mock.timers.enable({ apis: ['Date'], now });
  try {
    return makeCertificate([NAME]);
  } finally {
    mock.timers.reset();
  }
}

describe('egress: tricks with TLS', () => {
  let server: Server;
  let harness: Harness;
  let requests: number;

  /** What a caller that trusts the certificate hears of a server; the code of its error. */
  async function heard(options: ServerOptions, ca: string, servername = NAME): Promise<string> {
    requests = 0;
    server = createServer(options, (_request, response) => {
      requests += 1;
      response.end('secret page');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    harness = await startHarness({ names: { [NAME]: [PUBLIC] }, originPort: port });
    const transport = createEgressTransport(harness.proxyUrl, () => harness.credential());
    try {
      const asked = get(`https://${NAME}/`, { agent: transport.agents().https, ca, servername });
      asked.once('response', (response) => response.resume());
      const [first] = (await Promise.race([
        once(asked, 'response'),
        // As `once` gives it, but without its rejection.
        new Promise((resolve) => asked.once('error', (error) => resolve([error]))),
      ])) as [unknown];
      return first instanceof Error ? (egressErrorOf(first)?.code ?? first.message) : 'answered';
    } finally {
      await transport.close();
      await harness.stop();
      server.closeAllConnections();
      server.close();
    }
  }

  it('C20 reads a page whose certificate holds', async () => {
    const good = certificateOf(Date.now());
    assert.equal(await heard(good, good.cert), 'answered');
  });

  for (const [what, away] of [
    ['has expired', -WEEK_MS],
    ['does not hold yet', WEEK_MS],
  ] as const)
    it(`C20 refuses a certificate that ${what}, although its issuer is trusted`, async () => {
      const bad = certificateOf(Date.now() + away);
      assert.equal(await heard(bad, bad.cert), 'tls');
      assert.equal(requests, 0);
    });

  it('C20 refuses a server that speaks TLS 1.0 alone', async () => {
    const good = certificateOf(Date.now());
    assert.equal(await heard({ ...good, ...OLD }, good.cert), 'tls');
    assert.equal(requests, 0);
  });

  it('C20 refuses a certificate for another name than that of the page', async () => {
    const good = certificateOf(Date.now());
    assert.equal(await heard(good, good.cert, 'other.test'), 'tls');
    assert.equal(requests, 0);
  });

  it('C20 refuses a chain that is longer than any reason', async () => {
    const good = certificateOf(Date.now());
    const cert = good.cert.repeat(500);
    assert.equal(await heard({ key: good.key, cert }, good.cert), 'tls');
    assert.equal(requests, 0);
  });
});
