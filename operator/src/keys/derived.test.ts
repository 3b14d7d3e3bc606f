import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { SERVICES } from '../../../services/core/contracts/ports.ts';
import {
  deriveServiceKeys,
  ed25519FromSeed,
  serviceKeyFile,
} from '../../../services/core/serviceKeys.ts';
import {
  jwks,
  KEY_FILES,
  smallSecrets,
  tenantCallee,
  type DerivedInput,
  type SmallSecret,
} from './derived.ts';
import { signingSeeds } from '../../../services/core/tokenKeys.ts';
import { keyOf, noon } from './testing/rings.ts';

const ringOf = (name: string) => ({
  keys: (['previous', 'current', 'next'] as const).map((state) =>
    keyOf(`${name} ${state}`, state, noon),
  ),
});
const input: DerivedInput = {
  internal: ringOf('internal'),
  jwt: ringOf('jwt'),
  platformNamespace: 'duckmon',
  poolNamespaces: ['team-b', 'team-a', 'duckmon', 'team-a'],
  clusterKeys: '{"keys":[]}',
};
const secrets = smallSecrets(input);
const find = (namespace: string, service: string): SmallSecret =>
  secrets.find((it) => it.namespace === namespace && it.name === `duckmon-keys-${service}`) ??
  assert.fail(`${namespace}/${service}`);
const keysOf = (secret: SmallSecret) =>
  serviceKeyFile.parse(JSON.parse(secret.files[KEY_FILES.service] ?? ''));

describe('operator: small Secrets of derived keys', () => {
  it('are one for each service that holds a secret, and one for the browsers of each tenant', () => {
    assert.deepEqual(
      secrets.map(({ namespace, name }) => `${namespace}/${name}`),
      [
        'duckmon/duckmon-keys-api',
        'duckmon/duckmon-keys-scheduler',
        'duckmon/duckmon-keys-browser',
        'duckmon/duckmon-keys-llm',
        'duckmon/duckmon-keys-notification',
        'duckmon/duckmon-keys-egress',
        'team-a/duckmon-keys-browser',
        'team-b/duckmon-keys-browser',
      ],
    );
  });
  it('leave out exactly the services that hold nothing', () => {
    const isEmpty = (service: (typeof SERVICES)[number]) => {
      const { service: _name, ...keys } = deriveServiceKeys(input.internal, service);
      return Object.values(keys).every((value) => Object.keys(value).length === 0);
    };
    const holders = secrets
      .filter(({ namespace }) => namespace === 'duckmon')
      .map(({ name }) => name);
    for (const service of SERVICES)
      assert.equal(holders.includes(`duckmon-keys-${service}`), !isEmpty(service), service);
  });
  it("hold core's own keys in the platform's namespace, as in local mode", () => {
    for (const service of ['api', 'browser', 'llm', 'notification', 'egress'] as const)
      assert.deepEqual(
        keysOf(find('duckmon', service)),
        deriveServiceKeys(input.internal, service),
      );
    const { calls, ...rest } = keysOf(find('duckmon', 'scheduler'));
    const { calls: own, ...other } = deriveServiceKeys(input.internal, 'scheduler');
    assert.deepEqual(rest, other);
    for (const [callee, keys] of Object.entries(own)) assert.deepEqual(calls[callee], keys);
  });
  it('give the scheduler and the browsers of a tenant the same keys, and no other tenant these', () => {
    const { calls } = keysOf(find('duckmon', 'scheduler'));
    const values = ['team-a', 'team-b'].map((tenant) => {
      const held = keysOf(find(tenant, 'browser'));
      assert.deepEqual(Object.keys(held.callers), ['scheduler']);
      assert.deepEqual(calls[tenantCallee(tenant)], held.callers['scheduler']);
      assert.deepEqual([held.calls, held.egressSeeds, held.egressPublic], [{}, [], []]);
      return held.callers['scheduler']?.map(({ value }) => value) ?? [];
    });
    const all = [...values.flat(), ...(calls['browser'] ?? []).map(({ value }) => value)];
    assert.equal(new Set(all).size, 9);
  });
  it('give the key that signs tokens to the api alone', () => {
    for (const { namespace, name, files } of secrets) {
      const isApi = name === 'duckmon-keys-api';
      assert.equal(KEY_FILES.signing in files, isApi, `${namespace}/${name}`);
      if (isApi) continue;
      for (const { seed } of signingSeeds(input.jwt))
        assert.ok(!JSON.stringify(files).includes(seed));
    }
  });
  it('give the public keys of tokens to those that look at tokens', () => {
    const withJwks = secrets.filter(({ files }) => KEY_FILES.jwks in files).map(({ name }) => name);
    assert.deepEqual(withJwks, ['duckmon-keys-api', 'duckmon-keys-scheduler']);
  });
  it("carry the cluster's public keys to every callee, once they are known", () => {
    for (const { files } of secrets) assert.equal(files[KEY_FILES.clusterKeys], input.clusterKeys);
    for (const { files } of smallSecrets({ ...input, clusterKeys: undefined }))
      assert.equal(KEY_FILES.clusterKeys in files, false);
  });
  it('B13 hold no root, in any encoding', () => {
    const text = JSON.stringify(secrets);
    for (const { value } of [...input.internal.keys, ...input.jwt.keys]) {
      const bytes = Buffer.from(value, 'base64');
      for (const encoding of ['base64', 'base64url', 'hex'] as const)
        assert.ok(!text.includes(bytes.toString(encoding)));
    }
  });
  it('are the same for the same roots, in whatever order the namespaces come', () => {
    const sorted = smallSecrets({ ...input, poolNamespaces: ['team-a', 'team-b', 'team-c'] });
    for (const poolNamespaces of [
      ['team-c', 'team-a', 'team-b'],
      ['team-b', 'team-c', 'team-a', 'team-b'],
    ])
      assert.deepEqual(smallSecrets({ ...input, poolNamespaces }), sorted);
  });
});

describe('operator: keys of tokens', () => {
  it('are published for every live entry, so that the next one is known before it is used', () => {
    const { keys } = jwks(input.jwt);
    assert.deepEqual(
      keys.map(({ kid }) => kid),
      input.jwt.keys.map(({ kid }) => kid),
    );
    for (const key of keys)
      assert.deepEqual([key.alg, key.use, key.crv], ['EdDSA', 'sig', 'Ed25519']);
  });
  it('have no private part where they are published', () => {
    for (const key of jwks(input.jwt).keys) assert.equal('d' in key, false);
    const text = JSON.stringify(jwks(input.jwt));
    for (const { seed } of signingSeeds(input.jwt))
      assert.ok(!text.includes(Buffer.from(seed, 'base64').toString('base64url')));
  });
  it('verify what the private part of the same name signed, and nothing else', () => {
    const message = Buffer.from('header.payload');
    const publicKeys = jwks(input.jwt).keys;
    for (const { kid, seed } of signingSeeds(input.jwt)) {
      const signature = sign(null, message, ed25519FromSeed(Buffer.from(seed, 'base64')));
      for (const key of publicKeys) {
        const holds = verify(
          null,
          message,
          createPublicKey({ key: { ...key }, format: 'jwk' }),
          signature,
        );
        assert.equal(holds, key.kid === kid);
      }
    }
  });
  it('are no keys of internal calls, also with the same root', () => {
    const seeds = signingSeeds(input.internal).map(({ seed }) => seed);
    const text = JSON.stringify(
      SERVICES.map((service) => deriveServiceKeys(input.internal, service)),
    );
    for (const seed of seeds) assert.ok(!text.includes(seed));
    assert.throws(() => createPrivateKey({ key: jwks(input.jwt).keys[0] as never, format: 'jwk' }));
  });
});
