import assert from 'node:assert/strict';
import { readSource } from './source.ts';

const importsIn = (text: string) =>
  readSource('a.ts', text).imports.map(({ specifier, names, typeOnly, line }) => [
    specifier,
    names,
    typeOnly,
    line,
  ]);
const globalsIn = (text: string) =>
  readSource('a.ts', text).globals.map(({ name, line }) => `${name}:${line}`);

describe('lint: reading sources', () => {
  for (const [text, expected] of [
    [`import { a, b as c } from './x.ts';`, ['./x.ts', ['a', 'b'], false, 1]],
    [`import a from './x.ts';`, ['./x.ts', ['default'], false, 1]],
    [`import a, { b } from './x.ts';`, ['./x.ts', ['default', 'b'], false, 1]],
    [`import * as a from "./x.ts";`, ['./x.ts', ['*'], false, 1]],
    [`import type { A } from './x.ts';`, ['./x.ts', ['A'], true, 1]],
    [`import { type A, type B } from './x.ts';`, ['./x.ts', [], true, 1]],
    [`import { type A, b } from './x.ts';`, ['./x.ts', ['b'], false, 1]],
    [`import './x.ts';`, ['./x.ts', [], false, 1]],
    [`export { a } from './x.ts';`, ['./x.ts', ['a'], false, 1]],
    [`export * from './x.ts';`, ['./x.ts', ['*'], false, 1]],
    [`export type { A } from './x.ts';`, ['./x.ts', ['A'], true, 1]],
    [`const x = await import('./x.ts');`, ['./x.ts', ['*'], false, 1]],
    [`\nimport {\n  a,\n  b,\n} from './x.ts';`, ['./x.ts', ['a', 'b'], false, 5]],
  ] as const)
    it(`reads ${text.trim().replaceAll('\n', ' ')}`, () => {
      assert.deepEqual(importsIn(text), [expected]);
    });

  it('reads no import from comments', () => {
    assert.deepEqual(
      importsIn(`// import { a } from './x.ts';\n/** import('./y.ts') */\n * import('./z.ts')`),
      [],
    );
  });

  it('reads one import after the other', () => {
    const text = `import { a } from 'a';\nimport type { B } from 'b';\nexport const c = 1;\n`;
    assert.deepEqual(
      importsIn(text).map(([specifier]) => specifier),
      ['a', 'b'],
    );
  });

  it('finds the global fetch where it is called', () => {
    assert.deepEqual(
      globalsIn(
        `\nconst a = await fetch('x');\nreturn fetch(url);\nf(() => fetch(u));\nglobalThis.fetch(u);`,
      ),
      ['fetch:2', 'fetch:3', 'fetch:4', 'fetch:5'],
    );
  });

  for (const text of [
    'transport.fetch(url)',
    '// fetch(url)',
    'prefetch(url)',
    '  fetch(url: string): Promise<Response>;',
    '  async fetch(url) {',
    'export const f = (fetch: Fetch) => fetch(url);',
    'export const f = ({ fetch }: Deps) => fetch(url);',
    'const { fetch } = deps;\nfetch(url);',
  ])
    it(`takes ${JSON.stringify(text)} for no use of the global fetch`, () => {
      assert.deepEqual(globalsIn(text), []);
    });

  it('finds sockets that are made by name, and an explicit global in spite of a parameter', () => {
    assert.deepEqual(globalsIn('new WebSocket(u);\nnew EventSource(u);'), [
      'WebSocket:1',
      'EventSource:2',
    ]);
    assert.deepEqual(globalsIn('const { fetch } = deps;\nglobalThis.fetch(u);'), ['fetch:2']);
  });

  it('finds narrowed tests and counts lines', () => {
    const word = 'only';
    const source = readSource(
      'a.test.ts',
      `it('a', f);\nit.${word}('b', f);\n  describe.skip('c', f);\n`,
    );
    assert.deepEqual([source.narrowed, source.lines], [[2, 3], 3]);
  });
});
