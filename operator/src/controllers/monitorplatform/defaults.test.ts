import assert from 'node:assert/strict';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import { ApiError } from '../../../../services/core/kube/errors.ts';
import { createLog } from '../../../../services/core/log.ts';
import { createDefaults, defaultSpec, withoutFields, type Fields } from './defaults.ts';

const configMap = (text: string) => ({ metadata: {}, data: { 'platform.yaml': text } });

describe('operator: the spec that the chart gives', () => {
  it('is read from its ConfigMap, and empty without one', () => {
    assert.deepEqual(defaultSpec(configMap('keys:\n  rotateEvery: 24h')), {
      keys: { rotateEvery: '24h' },
    });
    for (const none of [undefined, { metadata: {} }, configMap('')])
      assert.deepEqual(defaultSpec(none), {});
  });
  it('names the ConfigMap and its key when it is none', () => {
    for (const text of ['- a', 'a: [', '7'])
      assert.throws(
        () => defaultSpec(configMap(text)),
        /^DefaultsError: The key platform\.yaml of the ConfigMap duckmon-defaults /,
      );
  });
});

describe('operator: fields that people own', () => {
  const spec = {
    suspend: false,
    keys: { rotateEvery: '24h', overlap: '20m' },
    limits: {
      maxSourcesPerJob: 3,
      overrides: [
        { namespace: 'a', minInterval: '1h', maxSourcesPerJob: 1 },
        { namespace: 'b', minInterval: '2h' },
      ],
    },
  };
  it('are left out alone', () => {
    const left = withoutFields(spec, ['.spec.suspend', '.spec.keys.overlap']);
    assert.deepEqual(left, { keys: { rotateEvery: '24h' }, limits: spec.limits });
  });
  it('are found in items of a list', () => {
    const path = '.spec.limits.overrides[namespace="a"].minInterval';
    assert.deepEqual(withoutFields(spec, [path])['limits'], {
      maxSourcesPerJob: 3,
      overrides: [{ namespace: 'a', maxSourcesPerJob: 1 }, spec.limits.overrides[1]],
    });
    assert.deepEqual(withoutFields(spec, ['.spec.limits.overrides[namespace="a"]'])['limits'], {
      maxSourcesPerJob: 3,
      overrides: [spec.limits.overrides[1]],
    });
  });
  it('change nothing when they are none of ours', () => {
    assert.deepEqual(
      withoutFields(spec, ['.spec.publicUrl', '.metadata.labels.x', '.spec', '']),
      spec,
    );
  });
});

describe('operator: the MonitorPlatform from the chart', () => {
  const options = { signal: new AbortController().signal };
  const stored = (generation: number): MonitorPlatform =>
    ({ metadata: { uid: 'u', generation } }) as MonitorPlatform;
  const conflict = (field: string): ApiError =>
    new ApiError(409, { reason: 'Conflict', details: { causes: [{ field }] } }, 'test');

  function serve(...answers: (MonitorPlatform | ApiError)[]) {
    const wishes: { readonly spec: Fields; readonly force: unknown }[] = [];
    const dryRuns: unknown[] = [];
    const apply = async (
      _kind: unknown,
      wish: unknown,
      how: { force?: boolean; dryRun?: boolean },
    ) => {
      wishes.push({ spec: (wish as { spec: Fields }).spec, force: how.force });
      dryRuns.push(how.dryRun);
      const answer = answers.shift() ?? assert.fail('one request too many');
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const transport = { apply } as unknown as Parameters<typeof createDefaults>[0]['transport'];
    const log = createLog('test', 'silent');
    return { wishes, dryRuns, defaults: createDefaults({ transport, namespace: 'duckmon', log }) };
  }

  it('is made when it is absent, without a ConfigMap as well', async () => {
    const { wishes, defaults } = serve(stored(1));
    assert.deepEqual(await defaults.ensure(undefined, undefined, options), stored(1));
    assert.deepEqual(wishes, [{ spec: {}, force: undefined }]);
  });
  it('is applied once for each version of the spec and each of the wish', async () => {
    const { wishes, defaults } = serve(stored(1), stored(2), stored(2));
    const wish = configMap('suspend: false');
    await defaults.ensure(stored(1), wish, options);
    await defaults.ensure(stored(1), wish, options);
    assert.equal(wishes.length, 1);
    await defaults.ensure(stored(2), wish, options);
    await defaults.ensure(stored(2), configMap('suspend: true'), options);
    assert.equal(wishes.length, 3);
  });
  it('leaves people what they set, and says the rest', async () => {
    const { wishes, defaults } = serve(conflict('.spec.suspend'), stored(1));
    await defaults.ensure(
      stored(1),
      configMap('suspend: false\npublicUrl: https://a.example'),
      options,
    );
    assert.deepEqual(wishes[1], { spec: { publicUrl: 'https://a.example' }, force: undefined });
  });
  it('is only asked for under the dry-run annotation, and applied when that is gone', async () => {
    const { wishes, dryRuns, defaults } = serve(stored(2), stored(2));
    const wish = configMap('suspend: true');
    const would = await defaults.ensure(stored(1), wish, { ...options, dryRun: true });
    assert.deepEqual(would, stored(2));
    await defaults.ensure(stored(2), wish, options);
    assert.deepEqual(dryRuns, [true, undefined]);
    assert.equal(wishes.length, 2);
  });
  it('fails when the server objects to something else', async () => {
    const { defaults } = serve(conflict('.metadata.labels.x'));
    await assert.rejects(defaults.ensure(stored(1), configMap('suspend: false'), options));
  });
});
