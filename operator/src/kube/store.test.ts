import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { KubeObject } from '../../../services/core/kube/types.ts';
import { createStore, joinStores, slim } from './store.ts';

interface Thing extends KubeObject {
  readonly colours?: readonly string[];
}
const thing = (name: string, colours: readonly string[] = []): Thing => ({
  metadata: { namespace: 'a', name },
  colours,
});
const names = (things: readonly Thing[]): unknown[] => things.map(({ metadata }) => metadata.name);
const byColour = { colour: ({ colours = [] }: Thing) => colours };

describe('kube: store', () => {
  it('finds an object by its key until it is removed', () => {
    const store = createStore<Thing>();
    store.put(thing('x'));
    assert.deepEqual([store.get('a/x'), store.size, store.keys()], [thing('x'), 1, ['a/x']]);
    store.remove('a/x');
    assert.deepEqual([store.get('a/x'), store.size, store.all()], [undefined, 0, []]);
    store.remove('a/x');
  });

  it('finds objects by every value of an index, and no longer by an old one', () => {
    const store = createStore<Thing>({ indexes: byColour });
    store.put(thing('x', ['red', 'blue']));
    store.put(thing('y', ['red']));
    assert.deepEqual(names(store.by('colour', 'red')), ['x', 'y']);
    store.put(thing('x', ['blue']));
    assert.deepEqual(names(store.by('colour', 'red')), ['y']);
    assert.deepEqual(names(store.by('colour', 'blue')), ['x']);
    assert.deepEqual(names(store.by('colour', 'green')), []);
  });

  it('says that an index was never declared', () => {
    assert.throws(() => createStore<Thing>().by('colour', 'red'), /no index "colour"/);
  });

  it('stays as it was when an index function throws', () => {
    const store = createStore<Thing>({
      indexes: {
        colour: ({ colours }) => colours ?? assert.fail('no colours'),
      },
    });
    store.put(thing('x', ['red']));
    const { colours: _, ...bad } = thing('x');
    assert.throws(() => store.put(bad), /no colours/);
    assert.deepEqual(names(store.by('colour', 'red')), ['x']);
  });

  it('drops managed fields and the copy of kubectl, keeps other annotations, changes no input', () => {
    const given: Thing = {
      metadata: {
        name: 'x',
        managedFields: [{}],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: 'yes' },
      },
    };
    const before = structuredClone(given);
    assert.deepEqual(slim(given), { metadata: { name: 'x', annotations: { mine: 'yes' } } });
    assert.deepEqual(given, before);
    assert.deepEqual(createStore<Thing>().put(given), slim(given));
  });

  it('keeps what its transform makes of an object', () => {
    const store = createStore<Thing>({ transform: ({ metadata }) => ({ metadata }) });
    assert.deepEqual(store.put(thing('x', ['red'])), { metadata: { namespace: 'a', name: 'x' } });
  });

  it('keeps equal parts of its objects once', () => {
    const store = createStore<Thing>();
    const [x, y] = [store.put(thing('x', ['red'])), store.put(thing('y', ['red']))];
    assert.equal(x.colours, y.colours);
  });

  it('is one with others, as for several namespaces', () => {
    const [one, two] = [
      createStore<Thing>({ indexes: byColour }),
      createStore<Thing>({ indexes: byColour }),
    ];
    const both = joinStores([one, two]);
    one.put(thing('x', ['red']));
    two.put({ metadata: { namespace: 'b', name: 'y' }, colours: ['red'] });
    assert.deepEqual([both.size, both.keys(), names(both.all())], [2, ['a/x', 'b/y'], ['x', 'y']]);
    assert.deepEqual(names(both.by('colour', 'red')), ['x', 'y']);
    assert.deepEqual([both.get('b/y')?.metadata.name, both.get('b/x')], ['y', undefined]);
  });

  it('agrees with a plain search after any puts and removals', () => {
    const colour = fc.constantFrom('red', 'green', 'blue');
    const step = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      colours: fc.option(fc.uniqueArray(colour), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const store = createStore<Thing>({ indexes: byColour });
        for (const { name, colours } of steps)
          if (colours) store.put(thing(name, colours));
          else store.remove(`a/${name}`);
        for (const one of ['red', 'green', 'blue'])
          assert.deepEqual(
            new Set(names(store.by('colour', one))),
            new Set(names(store.all().filter(({ colours }) => colours?.includes(one)))),
          );
      }),
    );
  });
});
