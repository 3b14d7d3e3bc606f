/** A program that stands before Chromium and takes a fence down, so that a test sees the escape. */

/** What is changed of the browser that the product starts. */
export interface Mutation {
  /** Beginnings of flags that are left out. */
  readonly without?: readonly string[];
  readonly add?: readonly string[];
  /** Parts of the protocol's messages that are replaced, as basic regular expressions of sed. */
  readonly rewrite?: readonly (readonly [from: string, to: string])[];
}

/** A POSIX script that starts `program` so changed; descriptors 3 and 4 are the protocol's pipes. */
export function wrapperOf(
  program: string,
  { without = [], add = [], rewrite = [] }: Mutation,
): string {
  const left = without.map((flag) => `${flag}*`).join('|');
  const filter = [
    'for arg do',
    '  shift',
    ...(left === '' ? [] : [`  case "$arg" in ${left}) continue ;; esac`]),
    '  set -- "$@" "$arg"',
    'done',
  ];
  const command = [quoted(program), ...add.map(quoted), '"$@"'].join(' ');
  const script = rewrite.map(([from, to]) => `s|${from}|${to}|g`).join(';');
  const start =
    rewrite.length === 0
      ? `exec ${command}`
      : // In the background, so that the script ends with the browser.
        `{ sed --null-data --unbuffered ${quoted(script)} <&3 & } | ${command} 3<&0`;
  return ['#!/bin/sh', ...filter, start, ''].join('\n');
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
