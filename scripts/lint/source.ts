/** Reads from a TypeScript file what the lint rules ask of it, without parsing it whole. */

export interface Import {
  readonly specifier: string;
  /** What is imported by name; `*` or `default` stand for the whole module, nothing for effects. */
  readonly names: readonly string[];
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Source {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** Lines that use a global by which the runtime opens sockets. */
  readonly globals: readonly GlobalUse[];
  /** Lines with a test that runs alone or not at all. */
  readonly narrowed: readonly number[];
  readonly lines: number;
}

export interface GlobalUse {
  readonly name: string;
  readonly line: number;
}

const STATEMENT =
  /^[ \t]*(?:import|export)\s+(type\s+)?((?:[\w$*\s{},]|\bas\b)*?)\s*from\s*['"]([^'"\n]+)['"]/gm;
const EFFECT = /^[ \t]*import\s*['"]([^'"\n]+)['"]/gm;
const DYNAMIC = /(?<![\w.$])import\(\s*['"]([^'"\n]+)['"]\s*\)/g;
/** Late ways to a module that is no file of ours. */
const REQUIRED = /(?<![\w$])(?:require|getBuiltinModule)\(\s*['"]([^'".\n][^'"\n]*)['"]\s*\)/g;

/** Reads a file. */
export function readSource(path: string, text: string): Source {
  return {
    path,
    imports: readImports(text),
    globals: readGlobals(text),
    narrowed: linesOf(text, /^\s*(?:describe|it|context|specify)\.(?:only|skip)\(/),
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
  };
}

function readImports(text: string): Import[] {
  const at = (index: number): number => text.slice(0, index).split('\n').length;
  const statements = [...text.matchAll(STATEMENT)].map((match): Import => {
    const [whole, type, clause = '', specifier = ''] = match;
    const names = namesOf(clause);
    return {
      specifier,
      names: names.filter((name) => !name.startsWith('type ')),
      typeOnly:
        type !== undefined || (names.length > 0 && names.every((name) => name.startsWith('type '))),
      line: at(match.index + whole.length),
    };
  });
  const effects = [...text.matchAll(EFFECT)].map(
    ({ 0: whole, 1: specifier = '', index }): Import => ({
      specifier,
      names: [],
      typeOnly: false,
      line: at(index + whole.length),
    }),
  );
  const dynamic = [...text.matchAll(DYNAMIC), ...text.matchAll(REQUIRED)]
    .filter(({ index }) => !isComment(lineAt(text, index)))
    .map(({ 1: specifier = '', index }): Import => ({
      specifier,
      names: ['*'],
      typeOnly: false,
      line: at(index),
    }));
  return [...statements, ...effects, ...dynamic];
}

/** `a, { b as c, type D }` gives `default`, `b` and `type D`. */
function namesOf(clause: string): string[] {
  const [, outside = '', inside = ''] = /^([^{]*)(?:\{([^}]*)\})?/.exec(clause) ?? [];
  const whole = outside.includes('*')
    ? ['*']
    : outside.replaceAll(/[\s,]/g, '') === ''
      ? []
      : ['default'];
  const named = inside
    .split(',')
    .map((name) => name.trim().replace(/\s+as\s.*$/, ''))
    .filter((name) => name !== '');
  return [...whole, ...named];
}

/** A file that takes `fetch` as a parameter or property calls what it was given. */
const GIVEN_FETCH = /[({,]\s*fetch\s*(?:[,})]|\??:\s*\w)|\b(?:const|let|function)\s+fetch\b/;
const CALL = /(?<![\w.$])(?:globalThis\.)?fetch\(/;
const DECLARATION = /^\s*(?:async\s+)?fetch\([^)]*\)?\s*(?::|\{|$)|^\s*fetch\(.*\):\s/;

function readGlobals(text: string): GlobalUse[] {
  const given = GIVEN_FETCH.test(text);
  const calls = linesOf(text, CALL, (line) => !DECLARATION.test(line));
  // Also where it is only handed on.
  const explicit = linesOf(text, /(?<!typeof )globalThis(?:\.fetch\b|\[)/);
  const made = ['WebSocket', 'EventSource'].flatMap((name) =>
    linesOf(text, new RegExp(`new ${name}\\(`)).map((line) => ({ name, line })),
  );
  const lines = new Set(given ? explicit : [...calls, ...explicit]);
  return [...[...lines].map((line) => ({ name: 'fetch', line })), ...made];
}

function linesOf(
  text: string,
  pattern: RegExp,
  keep: (line: string) => boolean = () => true,
): number[] {
  return text
    .split('\n')
    .flatMap((line, at) => (pattern.test(line) && !isComment(line) && keep(line) ? [at + 1] : []));
}

const isComment = (line: string): boolean => /^\s*(?:\/\/|\/?\*)/.test(line);

function lineAt(text: string, index: number): string {
  const start = text.lastIndexOf('\n', index) + 1;
  const end = text.indexOf('\n', index);
  return text.slice(start, end === -1 ? undefined : end);
}
