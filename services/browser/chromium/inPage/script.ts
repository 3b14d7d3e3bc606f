/** Builds the text of a script that runs in a page from plain functions of ours. */

/**
 * A self-contained expression that calls `entry` with one JSON argument.
 * @param functions every function that `entry` reaches; they may use each other and nothing else.
 */
export function callInPage<A>(
  entry: (argument: A) => unknown,
  functions: readonly ((...values: never[]) => unknown)[],
  argument: A,
): string {
  const sources = functions.map(String).join('\n');
  return `(() => { 'use strict'; ${sources}\nreturn (${String(entry)})(${literal(argument)}); })()`;
}

/** JSON that is also safe as source text. */
const literal = (value: unknown): string =>
  (JSON.stringify(value) ?? 'undefined')
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);
