/** What a part of a secret looks like in each encoding in which it may get out, and whether a text has one. */

const PART = 8;

const windows = (text: string): string[] =>
  Array.from({ length: Math.max(1, text.length - PART + 1) }, (_, at) => text.slice(at, at + PART));

/** Every part of eight characters: plain, base64, base64url, hex, percent-encoded and as in JSON. */
export function tracesOf(value: string): Set<string> {
  const parts = windows(value);
  const encoded = parts.flatMap((part) => {
    const bytes = Buffer.from(part);
    // the characters that do not depend on what stands before and after
    const base64 = [0, 1, 2].map((shift) =>
      Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .slice(shift === 0 ? 0 : shift + 1, shift === 0 ? 10 : 10 + shift)
        .replaceAll('=', ''),
    );
    return [
      ...base64,
      ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
      bytes.toString('hex'),
      encodeURIComponent(part),
      JSON.stringify(part).slice(1, -1),
    ];
  });
  return new Set([...parts, ...encoded]);
}

/** Finds the secrets, by name, of which a text has a trace; in one pass over the text. */
export function leakFinder(secrets: ReadonlyMap<string, string>): (text: string) => string[] {
  const byStart = new Map<string, { trace: string; name: string }[]>();
  for (const [name, secret] of secrets)
    for (const trace of tracesOf(secret)) {
      const start = trace.slice(0, PART);
      byStart.set(start, [...(byStart.get(start) ?? []), { trace, name }]);
    }
  return (text) => {
    const found = new Set<string>();
    for (let at = 0; at + PART <= text.length; at += 1)
      for (const { trace, name } of byStart.get(text.slice(at, at + PART)) ?? [])
        if (text.startsWith(trace, at)) found.add(name);
    return [...found].toSorted();
  };
}
