import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kubeconfigFor } from '../../../operator/src/kube/testing/apiServer.ts';
import { virtualClock } from '../../../operator/src/kube/testing/virtualClock.ts';
import { SetupError } from '../errors.ts';
import { selfSigned } from '../testing/certificate.ts';
import { connectionOf, loadConnection, type ConfigSource } from './connection.ts';

type Applied = (options: RequestOptions) => void;

/** A kubeconfig that gives what the test says. */
function source(server: string, apply: Applied, extra: object = {}) {
  const config = {
    reads: 0,
    getCurrentCluster: () => ({ name: 'c', server, skipTLSVerify: false, ...extra }),
    getCurrentContext: () => 'here',
    getContextObject: () => ({ name: 'here', cluster: 'c', user: 'u', namespace: 'team-a' }),
    applyToHTTPSOptions: async (options: RequestOptions) => {
      config.reads += 1;
      apply(options);
    },
  };
  return config;
}

describe('kube: connection', () => {
  it('keeps one agent while the certificates stay the same', async () => {
    const clock = virtualClock();
    const config = source('https://k:6443', (options) => {
      options.ca = Buffer.from('ca');
      options.headers = { Authorization: 'Bearer t' };
    });
    const connection = connectionOf(config, clock);
    const first = await connection.credentials();
    const second = await connection.credentials(true);
    assert.equal(first.agent, second.agent);
    assert.ok(first.agent instanceof HttpsAgent);
    assert.deepEqual(
      [first.headers, first.agent.options.keepAlive, first.agent.options.ca],
      [{ Authorization: 'Bearer t' }, true, Buffer.from('ca')],
    );
    assert.deepEqual([connection.server.host, connection.namespace], ['k:6443', 'team-a']);
  });

  it('reads the credentials anew after 10 s, so that a token that turned is seen', async () => {
    const clock = virtualClock();
    let token = 'one';
    const config = source('https://k', (options) => void (options.headers = { token }));
    const connection = connectionOf(config, clock);
    await connection.credentials();
    token = 'two';
    await clock.run(9999);
    assert.equal((await connection.credentials()).headers['token'], 'one');
    await clock.run(1);
    assert.equal((await connection.credentials()).headers['token'], 'two');
    assert.equal(config.reads, 2);
  });

  it('reads them at once when asked for fresh ones', async () => {
    const config = source('https://k', () => undefined);
    const connection = connectionOf(config, virtualClock());
    await connection.credentials();
    await connection.credentials(true);
    assert.equal(config.reads, 2);
  });

  it('asks once for calls that come together', async () => {
    const config = source('https://k', () => undefined);
    const connection = connectionOf(config, virtualClock());
    await Promise.all([connection.credentials(), connection.credentials()]);
    assert.equal(config.reads, 1);
  });

  it('does not keep a failure', async () => {
    let broken = true;
    const config = source('https://k', () => {
      if (broken) throw new Error('plug-in is missing');
    });
    const connection = connectionOf(config, virtualClock());
    await assert.rejects(connection.credentials(), /plug-in is missing/);
    broken = false;
    await connection.credentials();
  });

  it('makes a new agent when a certificate turned, and closes idle connections of the old', async () => {
    let cert = 'one';
    const config = source('https://k', (options) => void (options.cert = cert));
    const connection = connectionOf(config, virtualClock());
    const { agent } = await connection.credentials();
    const closed = new Set<string>();
    const idle = { destroy: () => closed.add('idle') };
    Object.assign(agent.freeSockets, { k: [idle] });
    cert = 'two';
    const next = await connection.credentials(true);
    assert.notEqual(next.agent, agent);
    agent.emit('free', { destroy: () => closed.add('was busy') });
    assert.deepEqual([...closed], ['idle', 'was busy']);
  });

  it('sends user and password as basic authorization', async () => {
    const config = source('https://k', (options) => void (options.auth = 'me:secret'));
    const { headers } = await connectionOf(config, virtualClock()).credentials();
    assert.deepEqual(headers, { Authorization: 'Basic bWU6c2VjcmV0' });
  });

  it('speaks plain HTTP to a server that wants it, over kept connections', async () => {
    const config = source('http://127.0.0.1:8001', () => undefined);
    const { agent } = await connectionOf(config, virtualClock()).credentials();
    assert.ok(agent instanceof HttpAgent && !(agent instanceof HttpsAgent));
  });

  it('goes through the proxy of the kubeconfig', async () => {
    const proxied = new HttpAgent();
    const config = source('https://k', (options) => void (options.agent = proxied), {
      proxyUrl: 'http://proxy:3128',
    });
    assert.equal((await connectionOf(config, virtualClock()).credentials()).agent, proxied);
  });

  it('says that a kubeconfig has no current context', () => {
    const config: ConfigSource = {
      ...source('https://k', () => undefined),
      getCurrentCluster: () => null,
    };
    assert.throws(() => connectionOf(config, virtualClock()), SetupError);
  });

  describe('loading', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kubeconfig-'));
    const saved = { ...process.env };
    after(() => rmSync(folder, { recursive: true }));
    afterEach(() => {
      process.env = { ...saved };
    });

    it('reads a kubeconfig with its certificate authority and token', async () => {
      const { cert } = selfSigned('kubernetes.test');
      const file = path.join(folder, 'config');
      writeFileSync(file, kubeconfigFor({ url: 'https://127.0.0.1:1', ca: cert }));
      const connection = await loadConnection(file, virtualClock());
      const { agent, headers } = await connection.credentials();
      assert.ok(agent instanceof HttpsAgent);
      assert.deepEqual(
        [String(agent.options.ca), agent.options.servername, headers],
        [cert, 'kubernetes.test', { Authorization: 'Bearer letmein' }],
      );
      assert.equal(connection.namespace, 'here');
      connection.close();
    }).timeout(20_000);

    it('names the file that is not there', async () => {
      const file = path.join(folder, 'absent');
      await assert.rejects(loadConnection(file, virtualClock()), (error) => {
        return error instanceof SetupError && error.message.includes(file);
      });
    });

    it('says what to do outside of a pod without a kubeconfig', async () => {
      delete process.env['KUBERNETES_SERVICE_HOST'];
      await assert.rejects(loadConnection(undefined, virtualClock()), /name a kubeconfig file/);
    });

    it('finds the API server inside a pod', async () => {
      process.env['KUBERNETES_SERVICE_HOST'] = '10.0.0.1';
      process.env['KUBERNETES_SERVICE_PORT'] = '443';
      const connection = await loadConnection(undefined, virtualClock());
      assert.equal(connection.server.href, 'https://10.0.0.1/');
      connection.close();
    });
  });
});
