import assert from 'node:assert/strict';
import path from 'node:path';
import { SERVICES, type ServiceName } from '../core/contracts/ports.ts';
import { environmentOf, publicUrlOf, readPorts, type EnvironmentInput } from './environment.ts';

const input = (env: Record<string, string> = {}): EnvironmentInput => ({
  env,
  ports: readPorts(env),
  keys: {
    serviceFile: (service) => `/data/keys/${service}.json`,
    dataKeyFile: '/data/keys/data-key.json',
    jwtFile: '/data/keys/jwt-secret.json',
  },
  folder: { path: '/data', at: () => '', writePrivate: () => {}, release: () => {} },
  urls: { api: 'postgresql://api', scheduler: 'postgresql://scheduler' },
  allow: ['127.0.0.1:9180'],
  production: false,
});

describe('the environment of a local service', () => {
  it('has the documented ports by default', () => {
    assert.deepEqual(Object.values(readPorts({})), [3000, 8000, 8001, 8002, 8003, 8004, 8005]);
  });

  it('takes a port from the environment', () => {
    assert.equal(readPorts({ API_PORT: '9000' }).api, 9000);
  });

  it('names every wrong port in one message', () => {
    assert.throws(
      () => readPorts({ API_PORT: 'x', LLM_PORT: '70000' }),
      /API_PORT: .*; LLM_PORT: must be a port/,
    );
  });

  it('follows a changed port in the addresses that others call', () => {
    assert.equal(
      environmentOf('scheduler', input({ LLM_PORT: '9002' }))['LLM_URL'],
      'http://127.0.0.1:9002',
    );
  });

  it('gives each credential to its owner alone', () => {
    const env = {
      OPENAI_API_KEY: 'k',
      OPENAI_API_KEY_FILE: 'f',
      SENDGRID_API_KEY: 's',
      INTERNAL_API_KEY: 'i',
      JWT_SECRET: 'j',
    };
    const holders = (name: string): ServiceName[] =>
      SERVICES.filter((service) => environmentOf(service, input(env))[name] !== undefined);
    assert.deepEqual(holders('OPENAI_API_KEY'), ['llm']);
    assert.deepEqual(holders('OPENAI_API_KEY_FILE'), ['llm']);
    assert.deepEqual(holders('SENDGRID_API_KEY'), ['notification']);
    assert.deepEqual(holders('INTERNAL_API_KEY'), []);
    assert.deepEqual(holders('JWT_SECRET'), []);
  });

  it('gives the database to api and scheduler alone, each its own role', () => {
    const urls = SERVICES.map((service) => [
      service,
      environmentOf(service, input())['DATABASE_URL'],
    ]);
    assert.deepEqual(
      urls.filter(([, url]) => url !== undefined),
      [
        ['api', 'postgresql://api'],
        ['scheduler', 'postgresql://scheduler'],
      ],
    );
  });

  it('gives the data key to the scheduler alone', () => {
    const holders = SERVICES.filter(
      (service) => environmentOf(service, input())['DATA_KEY_FILE'] !== undefined,
    );
    assert.deepEqual(holders, ['scheduler']);
  });

  it('takes nothing from what is meant for pods', () => {
    const env = { METRICS_PORT: '9090', BROWSER_ONCE: 'true' };
    for (const service of SERVICES) {
      const given = environmentOf(service, input(env));
      assert.deepEqual([given['METRICS_PORT'], given['BROWSER_ONCE']], ['', ''], service);
    }
  });

  it('lets the api write into the database unless there is a cluster', () => {
    const env = { OBJECTS: 'cluster', KUBECONFIG: 'of-the-shell' };
    assert.equal(environmentOf('api', input(env))['OBJECTS'], 'store');
    const given = environmentOf('api', { ...input(env), kubeconfig: 'mine' });
    assert.deepEqual([given['OBJECTS'], given['KUBECONFIG']], ['cluster', path.resolve('mine')]);
  });

  it('lets notification read Secrets of the cluster that is given, of no other', () => {
    const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', CHANNEL_SECRETS: 'cluster' };
    assert.equal(environmentOf('notification', input(pod))['CHANNEL_SECRETS'], 'none');
    const given = environmentOf('notification', { ...input(pod), kubeconfig: 'mine' });
    assert.deepEqual(
      [given['CHANNEL_SECRETS'], given['KUBECONFIG']],
      ['cluster', path.resolve('mine')],
    );
  });

  it('links to loopback, or to PUBLIC_URL without its last slash', () => {
    assert.equal(publicUrlOf({}, readPorts({})), 'http://127.0.0.1:3000');
    assert.equal(
      publicUrlOf({ PUBLIC_URL: 'https://mon.example.org/' }, readPorts({})),
      'https://mon.example.org',
    );
  });

  it('A21 takes no links and believes the proxy of this host alone, in production', () => {
    const env = {
      TRUSTED_PROXIES: '0.0.0.0/0',
      LOCAL_SIGN_IN: 'true',
      ALLOWED_ORIGINS: 'http://x',
    };
    const api = environmentOf('api', { ...input(env), production: true });
    assert.deepEqual(
      [api['TRUSTED_PROXIES'], api['LOCAL_SIGN_IN'], api['ALLOWED_ORIGINS']],
      ['loopback', 'false', ''],
    );
  });

  it('B11 listens on loopback, also when the environment says otherwise', () => {
    for (const production of [true, false])
      for (const service of SERVICES)
        assert.equal(
          environmentOf(service, { ...input({ HOST: '0.0.0.0' }), production })['HOST'],
          '127.0.0.1',
        );
  });

  it("keeps the address of the tables' owner from every service", () => {
    const env = { DATABASE_URL: 'postgresql://owner' };
    for (const service of SERVICES)
      assert.notEqual(environmentOf(service, input(env))['DATABASE_URL'], env.DATABASE_URL);
  });
});
