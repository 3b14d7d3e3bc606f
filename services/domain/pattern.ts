/** Regular expressions of users, matched in linear time. */
import { RE2JS } from 're2js';

export type Pattern =
  | { readonly kind: 'pattern'; readonly source: string; readonly compiled: RE2JS }
  | { readonly kind: 'invalid'; readonly source: string; readonly message: string };

/** Compiles an RE2 pattern; back references and look-around are not part of RE2. */
export function compilePattern(source: string): Pattern {
  try {
    return { kind: 'pattern', source, compiled: RE2JS.compile(source) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'invalid', source, message: message.replace(/^error parsing regexp: /, '') };
  }
}

/** Of each of the first matches the first group, or the whole match when the pattern has no group. */
export function allMatches(compiled: RE2JS, text: string, most: number): (string | null)[] {
  const matcher = compiled.matcher(text);
  const found: (string | null)[] = [];
  while (found.length < most && matcher.find())
    found.push(matcher.groupCount() === 0 ? matcher.group() : matcher.group(1));
  return found;
}

/** Replaces each match that `keeps` does not protect; empty matches are no matches. */
export function replaceMatches(
  compiled: RE2JS,
  text: string,
  replacement: string,
  keeps: (start: number, end: number) => boolean,
): string {
  const matcher = compiled.matcher(text);
  const parts: string[] = [];
  let from = 0;
  while (matcher.find()) {
    const start = matcher.start();
    const end = matcher.end();
    if (end === start || keeps(start, end)) continue;
    parts.push(text.slice(from, start), replacement);
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}
