import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readConfig } from '../config.ts';
import { providerSettings } from './settings.ts';

const settingsOf = (env: Record<string, string>) =>
  providerSettings(
    readConfig({ KEYS_FILE: '/unused', DATABASE_URL: 'postgresql://unused', ...env }),
  );
const google = { GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 's', SIGN_IN_ALLOW: 'corp.example' };

describe('the settings of sign-in', () => {
  it('are none without a client', () => {
    assert.equal(settingsOf({}), undefined);
  });

  it('are of Google unless another issuer is named', () => {
    const settings = settingsOf({ ...google, PUBLIC_URL: 'https://mon.example.org' });
    assert.deepEqual(
      [settings?.name, settings?.issuer.href, settings?.redirectUri],
      ['Google', 'https://accounts.google.com/', 'https://mon.example.org/api/v1/auth/callback'],
    );
    const other = settingsOf({ ...google, OIDC_ISSUER: 'https://id.example/realms/a' });
    assert.deepEqual(
      [other?.name, other?.issuer.href],
      ['id.example', 'https://id.example/realms/a'],
    );
  });

  it('B14 take the secret from a file, without the line break at its end', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-client-'));
    try {
      const file = path.join(folder, 'secret');
      writeFileSync(file, 'of-the-file\n');
      const { GOOGLE_CLIENT_SECRET: _none, ...others } = google;
      const settings = settingsOf({ ...others, GOOGLE_CLIENT_SECRET_FILE: file });
      assert.equal(settings?.clientSecret, 'of-the-file');
      rmSync(file);
      assert.throws(
        () => settingsOf({ ...others, GOOGLE_CLIENT_SECRET_FILE: file }),
        /GOOGLE_CLIENT_SECRET_FILE names a file that cannot be read/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [what, env, said] of [
    ['a client id alone', { GOOGLE_CLIENT_ID: 'id' }, /GOOGLE_CLIENT_SECRET is required/],
    ['a secret alone', { GOOGLE_CLIENT_SECRET: 's' }, /GOOGLE_CLIENT_ID is required/],
    ['an issuer alone', { OIDC_ISSUER: 'https://id.example' }, /GOOGLE_CLIENT_ID is required/],
    ['no allow-list', { ...google, SIGN_IN_ALLOW: '' }, /SIGN_IN_ALLOW is required/],
    ['an issuer without TLS', { ...google, OIDC_ISSUER: 'http://id.example' }, /must be an https/],
    ['an issuer that is no URL', { ...google, OIDC_ISSUER: 'google' }, /OIDC_ISSUER must be/],
  ] as const)
    it(`are refused with ${what}`, () => {
      assert.throws(() => settingsOf(env), said);
    });
});
