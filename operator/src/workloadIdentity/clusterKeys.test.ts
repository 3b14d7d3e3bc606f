import assert from 'node:assert/strict';
import { fakeClock, type FakeClock } from '../../../services/core/testing/clock.ts';
import { captureLog, type CapturedLog } from '../../../services/core/testing/log.ts';
import { createClusterKeysReader, type ClusterKeysReader } from './clusterKeys.ts';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const keyOf = (kid: string) => ({ kid, kty: 'EC', crv: 'P-256', x: 'x', y: 'y' });

describe('operator: the public keys of service accounts', () => {
  let clock: FakeClock;
  let captured: CapturedLog;
  let answers: Record<string, unknown>;
  let asked: string[];
  let written: string | undefined;
  let reader: ClusterKeysReader;
  const { signal } = new AbortController();

  beforeEach(() => {
    clock = fakeClock();
    captured = captureLog();
    asked = [];
    written = undefined;
    answers = {
      '/.well-known/openid-configuration': { issuer: ISSUER, jwks_uri: 'https://elsewhere' },
      '/openid/v1/jwks': { keys: [keyOf('b'), keyOf('a')] },
    };
    reader = createClusterKeysReader({
      namespace: 'duckmon',
      clock,
      log: captured.log,
      written: () => written,
      transport: {
        getPath: async (path) => {
          asked.push(path);
          if (answers[path] === undefined) throw new Error('away');
          return answers[path];
        },
      },
    });
  });
  const kids = async (): Promise<unknown> => {
    const text = (await reader.read(signal)) ?? assert.fail('nothing');
    return (JSON.parse(text) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  };

  it('are handed on with the issuer and the namespace of the platform, in one order', async () => {
    const text = await reader.read(signal);
    assert.deepEqual(JSON.parse(text ?? ''), {
      issuer: ISSUER,
      namespace: 'duckmon',
      keys: [keyOf('a'), keyOf('b')],
    });
  });

  it('are asked for each minute, and no more often', async () => {
    await kids();
    answers['/openid/v1/jwks'] = { keys: [keyOf('c')] };
    assert.deepEqual(await kids(), ['a', 'b']);
    assert.equal(reader.dueAt().getTime() - clock.now().getTime(), 60_000);
    clock.advance(60_000);
    assert.deepEqual(await kids(), ['c']);
    assert.equal(asked.length, 4);
  });

  it('B8 stay as they were while the server does not say them, and are asked for soon', async () => {
    await kids();
    answers = {};
    clock.advance(60_000);
    assert.deepEqual(await kids(), ['a', 'b']);
    assert.equal(reader.dueAt().getTime() - clock.now().getTime(), 5_000);
    assert.match(captured.text(), /cannot be read; known ones stay/);
  });

  it('B8 are after a restart those that pods have, while the server does not say them', async () => {
    answers = {};
    written = JSON.stringify({ issuer: ISSUER, namespace: 'duckmon', keys: [keyOf('z')] });
    assert.deepEqual(await kids(), ['z']);
  });

  it('are not replaced by an answer that is none', async () => {
    await kids();
    clock.advance(60_000);
    answers['/openid/v1/jwks'] = { keys: [] };
    assert.deepEqual(await kids(), ['a', 'b']);
  });

  it('carry no private part, whatever the server says', async () => {
    answers['/openid/v1/jwks'] = { keys: [{ ...keyOf('a'), d: 'private' }] };
    assert.ok(!(await reader.read(signal))?.includes('private'));
  });
});
