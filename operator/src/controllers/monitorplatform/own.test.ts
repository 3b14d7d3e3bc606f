import assert from 'node:assert/strict';
import { ApiError } from '../../../../services/core/kube/errors.ts';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import { createApplier, type Desired } from '../../kube/apply.ts';
import { createStore } from '../../kube/store.ts';
import { testDeps } from '../../kube/testing/deps.ts';
import { CONTROLLERS, OWNED } from '../../names.ts';
import { CONFIG_MAPS } from '../../resources.ts';
import { applyOwn, linesOf, pruneOwn, type Doing } from './own.ts';

type Rule = Desired & { readonly data: Readonly<Record<string, string>> };

const labels = { [OWNED.controller]: CONTROLLERS.MonitorPlatform };
const object = (name: string, data: Rule['data'] = {}, own = true): Rule => ({
  metadata: {
    name,
    namespace: 'a',
    uid: `uid-${name}`,
    resourceVersion: '1',
    ...(own && { labels }),
  },
  data,
});

function world(...answers: readonly Error[]) {
  const sent: string[] = [];
  const errors = [...answers];
  const transport = {
    apply: async (_kind: unknown, wish: KubeObject, how: { readonly dryRun?: boolean }) => {
      sent.push(`apply ${wish.metadata.name}${how.dryRun === true ? ' to look' : ''}`);
      const error = errors.shift();
      if (error) throw error;
      return wish;
    },
    delete: async (_kind: unknown, ref: { readonly name: string }) => {
      sent.push(`delete ${ref.name}`);
      const error = errors.shift();
      if (error) throw error;
    },
  } as unknown as Parameters<typeof createApplier>[1]['transport'];
  const deps = { ...testDeps(), transport };
  const applier = createApplier({ controller: CONTROLLERS.MonitorPlatform, names: OWNED }, deps);
  return { sent, acting: { transport, applier } };
}

const doing = (dryRun = false): Doing => ({
  signal: new AbortController().signal,
  dryRun,
  deeds: [],
});

describe('operator: what the controller of the MonitorPlatform made', () => {
  const apply = async (dryRun: boolean, ...answers: readonly Error[]) => {
    const { sent, acting } = world(...answers);
    const how = doing(dryRun);
    const wish = object('x', { wanted: '1' });
    await applyOwn(CONFIG_MAPS, wish, object('x', { wanted: '1', more: '2' }), 'data', acting, how);
    return { sent, said: linesOf(how.deeds) };
  };

  it('is applied when it is more than wished, and only looked at under the dry-run annotation', async () => {
    const said = ['apply ConfigMap a/x'];
    assert.deepEqual(await apply(false), { sent: ['apply x'], said });
    assert.deepEqual(await apply(true), { sent: ['apply x to look'], said });
  });

  it('needs nothing in a namespace that goes, and fails for everything else', async () => {
    const gone = new ApiError(404, { reason: 'NotFound' }, 'test');
    assert.deepEqual((await apply(false, gone)).said, []);
    await assert.rejects(apply(false, new ApiError(403, { reason: 'Forbidden' }, 'test')));
  });

  const prune = async (dryRun: boolean, ...answers: readonly Error[]) => {
    const { sent, acting } = world(...answers);
    const store = createStore<Rule>();
    for (const one of [object('kept'), object('stray'), object('foreign', {}, false)])
      store.put(one);
    const how = doing(dryRun);
    await pruneOwn(CONFIG_MAPS, store, [object('kept')], acting, how);
    return { sent, said: linesOf(how.deeds) };
  };

  it('goes when nobody wishes it, what others made stays, and nothing goes in a dry run', async () => {
    const said = ['delete ConfigMap a/stray'];
    assert.deepEqual(await prune(false), { sent: ['delete stray'], said });
    assert.deepEqual(await prune(true), { sent: [], said });
  });

  it('is as wished when it is gone already', async () => {
    const gone = new ApiError(404, { reason: 'NotFound' }, 'test');
    assert.deepEqual((await prune(false, gone)).sent, ['delete stray']);
  });

  it('is told in a line for each kind of deed, with all its objects', () => {
    assert.deepEqual(
      linesOf([
        { what: 'freeze the scheduler' },
        { what: 'apply Secret', at: 'a/x' },
        { what: 'delete Secret', at: 'a/y' },
        { what: 'apply Secret', at: 'a/z' },
      ]),
      ['freeze the scheduler', 'apply Secret (2) a/x, a/z', 'delete Secret a/y'],
    );
    assert.deepEqual(linesOf([]), []);
  });
});
