import assert from 'node:assert/strict';
import { readConfig } from './config.ts';

describe('egress: configuration', () => {
  it('listens on loopback port 8005 and opens nothing private by default', () => {
    const config = readConfig({ KEYS_FILE: '/keys' });
    assert.deepEqual([config.host, config.port], ['127.0.0.1', 8005]);
    assert.deepEqual([config.allow, config.deny], [[], []]);
    assert.deepEqual(
      config.endpoints.map(({ host }) => host),
      ['api.sendgrid.com'],
    );
    assert.equal(config.resolver, 'system');
  });

  it('reads the opened targets as a list', () => {
    const { allow } = readConfig({ KEYS_FILE: 'k', DUCKMON_EGRESS_ALLOW: '127.0.0.1:1, [::1]:2' });
    assert.deepEqual(
      allow.map(({ cidr }) => cidr),
      ['127.0.0.1', '::1'],
    );
  });

  it('takes the ports of the configured addresses from their schemes', () => {
    const { endpoints } = readConfig({
      KEYS_FILE: 'k',
      OPENAI_BASE_URL: 'https://model.test/v1',
      OIDC_ISSUER: 'http://login.test:8080/realm',
      SMTP_HOST: 'mail.test',
    });
    assert.deepEqual(
      endpoints.map(({ issuer, host, port }) => `${issuer} ${host} ${port}`),
      [
        'llm model.test 443',
        'notification api.sendgrid.com 443',
        'api login.test 8080',
        'notification mail.test 587',
      ],
    );
  });

  it('names every wrong variable at once', () => {
    assert.throws(
      () =>
        readConfig({ EGRESS_PORT: '99999', OPENAI_BASE_URL: 'ftp://x', EGRESS_RESOLVER: 'magic' }),
      (error: Error) =>
        ['EGRESS_PORT', 'OPENAI_BASE_URL', 'EGRESS_RESOLVER', 'KEYS_FILE is required'].every(
          (part) => error.message.includes(part),
        ),
    );
  });
});
