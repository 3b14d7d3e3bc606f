import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '../../../scripts/testing/certificate.ts';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { codeIn, requestOf } from '../testing/request.ts';

describe('pages over TLS in Chromium', function () {
  this.timeout(20_000);
  const certificate = makeCertificate(['shop.test']);
  let server: Server;
  let proxy: TestProxy;
  let bench: ChromiumBench;
  let requests: number;
  afterEach(async () => {
    await bench.close();
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });

  async function visit(options: ServerOptions): Promise<string> {
    requests = 0;
    server = createServer({ ...certificate, ...options }, (_request, response) => {
      requests += 1;
      response.end('<p>secret page');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    proxy = await startProxy({ resolve: () => `127.0.0.1:${port}` });
    bench = createChromiumBench(proxy.url);
    return codeIn(await bench.fetch(requestOf('https://shop.test/')));
  }

  it('C20 fail with a typed error where nobody vouches for the certificate', async () => {
    assert.equal(await visit({}), 'tls');
    assert.equal(requests, 0);
  });

  it('C20 fail with a typed error where the server speaks TLS 1.0 alone', async () => {
    const old: ServerOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1' };
    assert.equal(await visit({ ...old, ciphers: 'DEFAULT@SECLEVEL=0' }), 'tls');
    assert.equal(requests, 0);
  });
});
