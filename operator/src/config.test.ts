import assert from 'node:assert/strict';
import { SetupError } from '../../services/core/errors.ts';
import { readConfig } from './config.ts';

const read = (env: Record<string, string> = {}) =>
  readConfig({ KEYS_FILE: '/keys', ...env }, () => 'r1');
const refuses = (env: Record<string, string>, words: RegExp): void => {
  assert.throws(
    () => read(env),
    (error) => error instanceof SetupError && words.test(error.message),
  );
};

describe('operator: configuration', () => {
  it('has sensible defaults', () => {
    const { namespace, pools, schedulerUrl, watchNamespaces, port } = read();
    assert.deepEqual(
      [namespace, pools, schedulerUrl, watchNamespaces, port],
      ['duckmon', 'cluster', 'http://127.0.0.1:8004', [], 8006],
    );
  });

  it('gives each process an identity of its own, also under the same pod name', () => {
    const of = (random: string) =>
      readConfig({ KEYS_FILE: '/keys', POD_NAME: 'op-0' }, () => random).identity;
    assert.equal(of('a'), 'op-0_a');
    assert.notEqual(of('a'), of('b'));
  });

  it('takes a list of namespaces, each once', () => {
    assert.deepEqual(read({ WATCH_NAMESPACES: 'a, b a' }).watchNamespaces, ['a', 'b']);
  });

  it('needs a key file on a laptop only: in a cluster the operator makes the keys', () => {
    assert.equal(readConfig({}, () => '').keysFile, undefined);
    assert.throws(() => readConfig({ POOLS: 'local' }, () => ''), /KEYS_FILE: must be set/);
  });

  it('takes databases for pods of the platform, unless their addresses are named', () => {
    const { postgres, redis } = read({ POSTGRES_ADDRESSES: '203.0.114.7', POSTGRES_PORT: '6432' });
    assert.deepEqual(postgres, { kind: 'server', addresses: ['203.0.114.7'], port: 6432 });
    assert.deepEqual(redis, { kind: 'pods' });
  });

  it('ranks workers where the chart says how, and leaves it to the cluster otherwise', () => {
    const ranked = read({ WORKER_PRIORITY_CLASS: 'duckmon-workers' });
    assert.equal(ranked.workerPriorityClass, 'duckmon-workers');
    assert.equal(read({}).workerPriorityClass, undefined);
  });

  it('G11 takes images by digest only', () => {
    const image = `registry.example/duckmon@sha256:${'a'.repeat(64)}`;
    const { canaryImage, browserImage, llmImage } = read({
      CANARY_IMAGE: image,
      BROWSER_IMAGE: image,
      LLM_IMAGE: image,
    });
    assert.deepEqual([canaryImage, browserImage, llmImage], [image, image, image]);
    for (const name of ['CANARY_IMAGE', 'BROWSER_IMAGE', 'LLM_IMAGE'])
      refuses(
        { [name]: 'registry.example/duckmon:latest' },
        new RegExp(`${name} must name .* digest`),
      );
  });

  it('B9 asks for no tokens, and shows none, unless the chart says so', () => {
    const { workloadIdentity, tokensFolder } = read();
    assert.deepEqual([workloadIdentity, tokensFolder], ['off', undefined]);
    const told = read({ WORKLOAD_IDENTITY: 'required', WORKLOAD_TOKENS: '/tokens' });
    assert.deepEqual([told.workloadIdentity, told.tokensFolder], ['required', '/tokens']);
    refuses({ WORKLOAD_IDENTITY: 'true' }, /WORKLOAD_IDENTITY must be required or off/);
  });

  it('names what is wrong', () => {
    refuses({ WATCH_NAMESPACES: 'a,B_' }, /WATCH_NAMESPACES.*"B_"/);
    refuses({ POOLS: 'cloud' }, /POOLS must be cluster or local/);
    refuses({ OPERATOR_NAMESPACE: '-x' }, /OPERATOR_NAMESPACE/);
    refuses({ SCHEDULER_URL: 'scheduler' }, /SCHEDULER_URL/);
  });
});
