import assert from 'node:assert/strict';
import { ApiError } from '../../../services/core/kube/errors.ts';
import type { ListOptions, Transport } from '../../../services/core/kube/transport.ts';
import type { KubeObject, ObjectRef, Resource } from '../../../services/core/kube/types.ts';
import { captureLog } from '../../../services/core/testing/log.ts';
import { removeAll, type Removal } from './remove.ts';

const NOT_FOUND = new ApiError(404, { reason: 'NotFound' }, 'GET');

interface Held extends KubeObject {
  readonly plural: string;
}

const held = (plural: string, namespace: string, name: string, labels = {}): Held => ({
  plural,
  metadata: { namespace, name, labels },
});
const MADE = { 'app.kubernetes.io/managed-by': 'duckmon-operator' };
const OURS = { 'app.kubernetes.io/part-of': 'duckmon' };

/** A server with these objects, which knows the selectors that are used. */
function serverOf(objects: readonly Held[], gone: readonly string[] = []) {
  const left = new Set(objects);
  const deleted: string[] = [];
  const transport: Pick<Transport, 'list' | 'delete'> = {
    list: async <T extends KubeObject>(
      { plural }: Resource<T>,
      { namespace, labelSelector, fieldSelector }: ListOptions = {},
    ) => {
      if (gone.includes(plural)) throw NOT_FOUND;
      const [label = '', value] = (labelSelector ?? '').split('=');
      const name = fieldSelector?.split('=')[1];
      const items = [...left].filter(
        (one) =>
          one.plural === plural &&
          (namespace === undefined || one.metadata.namespace === namespace) &&
          (label === '' || one.metadata.labels?.[label] === value) &&
          (name === undefined || one.metadata.name === name),
      );
      return { metadata: { resourceVersion: '1' }, items: items as KubeObject[] as T[] };
    },
    delete: async ({ plural }: Resource, { namespace, name }: ObjectRef) => {
      deleted.push(`${plural} ${namespace}/${name}`);
      for (const one of left)
        if (one.plural === plural && one.metadata.name === name) left.delete(one);
      if (name === 'taken') throw NOT_FOUND;
    },
  };
  return { transport, deleted };
}

const REMOVAL: Removal = { namespace: 'duckmon', watchNamespaces: ['team'], keepDataKey: true };

async function remove(
  objects: readonly Held[],
  removal: Partial<Removal> = {},
  gone?: readonly string[],
): Promise<readonly string[]> {
  const { transport, deleted } = serverOf(objects, gone);
  await removeAll({ ...REMOVAL, ...removal }, { transport, log: captureLog().log });
  return deleted;
}

describe('operator: removing what it made', () => {
  it('takes what bears its label, and nothing that people made', async () => {
    const people = [held('workerpools', 'team', 'mine'), held('networkpolicies', 'team', 'mine')];
    const own = [
      held('workerpools', 'team', 'namespace-browser', MADE),
      held('resourcequotas', 'team', 'duckmon-monitors', MADE),
      held('networkpolicies', 'team', 'duckmon-pool', MADE),
    ];
    assert.deepEqual(await remove([...people, ...own]), [
      'workerpools team/namespace-browser',
      'resourcequotas team/duckmon-monitors',
      'networkpolicies team/duckmon-pool',
    ]);
  });

  it('looks into the namespaces that were watched, and into all when none was named', async () => {
    const objects = ['team', 'other'].map((name) => held('workerpools', name, `of-${name}`, MADE));
    assert.deepEqual(await remove(objects), ['workerpools team/of-team']);
    assert.equal((await remove(objects, { watchNamespaces: [] })).length, 2);
  });

  it('takes keys that it made and leaves those that a person gave', async () => {
    const keys = [
      held('secrets', 'duckmon', 'duckmon-internal-key', OURS),
      held('secrets', 'duckmon', 'duckmon-jwt-secret'),
      held('secrets', 'duckmon', 'duckmon-keys-api', OURS),
      held('secrets', 'duckmon', 'other', OURS),
    ];
    assert.deepEqual(await remove(keys), [
      'secrets duckmon/duckmon-keys-api',
      'secrets duckmon/duckmon-internal-key',
    ]);
  });

  it('takes the list of the egress proxy, and no other ConfigMap', async () => {
    const maps = [
      held('configmaps', 'duckmon', 'duckmon-egress-allow', MADE),
      held('configmaps', 'duckmon', 'duckmon-defaults', MADE),
      held('configmaps', 'team', 'duckmon-egress-allow', MADE),
    ];
    assert.deepEqual(await remove(maps), ['configmaps duckmon/duckmon-egress-allow']);
    assert.deepEqual(await remove([held('configmaps', 'duckmon', 'duckmon-egress-allow')]), []);
  });

  it('leaves the data key while something encrypted with it stays', async () => {
    const key = [held('secrets', 'duckmon', 'duckmon-data-key', OURS)];
    assert.deepEqual(await remove(key), []);
    assert.equal((await remove(key, { keepDataKey: false })).length, 1);
  });

  it('removes policies last: without them it may be cut off', async () => {
    const objects = [
      held('networkpolicies', 'duckmon', 'duckmon-kubernetes-api', MADE),
      held('leases', 'duckmon', 'duckmon-operator'),
      held('monitorplatforms', 'duckmon', 'default'),
    ];
    assert.deepEqual(await remove(objects), [
      'monitorplatforms duckmon/default',
      'leases duckmon/duckmon-operator',
      'networkpolicies duckmon/duckmon-kubernetes-api',
    ]);
  });

  it('goes on when a kind or an object is gone meanwhile', async () => {
    const objects = [held('services', 'team', 'taken', MADE), held('pods', 'duckmon', 'x', MADE)];
    const deleted = await remove(objects, {}, ['workerpools', 'monitorplatforms']);
    assert.deepEqual(deleted, ['services team/taken', 'pods duckmon/x']);
  });

  it('stops at any other error', async () => {
    const { transport } = serverOf([]);
    const refused = new ApiError(403, { reason: 'Forbidden' }, 'GET');
    const list = (): never => {
      throw refused;
    };
    const deps = { transport: { ...transport, list }, log: captureLog().log };
    await assert.rejects(removeAll(REMOVAL, deps), refused);
  });
});
