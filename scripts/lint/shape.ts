/** Rules about the shape of the project: length of files, narrowed tests, what lies at the top. */
import type { Finding } from './dependencies.ts';
import type { Source } from './source.ts';

/** Above it a file is refused, from `LONG` on it is named. */
const TOO_LONG = 400;
const LONG = 250;

/** Files over the hard limit. Tests are lists of cases and may be longer, and so may generated files. */
export const tooLong = (sources: readonly Source[]): Finding[] =>
  longer(sources, TOO_LONG).map(({ path, lines }) => ({
    path,
    line: lines,
    message: `has ${lines} lines; split it (at most ${TOO_LONG})`,
  }));

/** Files that are on their way to be too long. */
export const long = (sources: readonly Source[]): Finding[] =>
  longer(sources, LONG)
    .filter(({ lines }) => lines <= TOO_LONG)
    .map(({ path, lines }) => ({
      path,
      line: lines,
      message: `has ${lines} lines (aim at ${LONG})`,
    }));

const longer = (sources: readonly Source[], limit: number): readonly Source[] =>
  sources.filter(
    ({ path, lines }) =>
      lines > limit && !path.endsWith('.test.ts') && !path.startsWith('crds/types/'),
  );

/** Tests that run alone or not at all. */
export const narrowedTests = (sources: readonly Source[]): Finding[] =>
  sources.flatMap(({ path, narrowed }) =>
    narrowed.map((line) => ({ path, line, message: 'has a test with .only or .skip' })),
  );

/** The folders and files that the architecture fixes, beside the customary root files. */
const TOP_LEVEL = new Set([
  'charts',
  'crds',
  'manifests',
  'operator',
  'scripts',
  'services',
  'package.json',
  'skaffold.yaml',
  'tsconfig.json',
  '.ci',
  '.dockerignore',
  '.editorconfig',
  '.npmrc',
  '.env.example',
  '.git',
  '.gitattributes',
  '.github',
  '.gitignore',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'node_modules',
  'package-lock.json',
]);

/**
 * Entries of the root folder that do not belong there.
 * @param ignored lines of `.gitignore`.
 */
export function strangers(entries: readonly string[], ignored: readonly string[]): Finding[] {
  const passes = ignored
    .map((line) => line.trim().replace(/\/$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('/'))
    .map((line) => new RegExp(`^${line.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`));
  return entries
    .filter((entry) => !TOP_LEVEL.has(entry) && !passes.some((pattern) => pattern.test(entry)))
    .map((path) => ({ path, line: 1, message: 'does not belong at the top of the project' }));
}
