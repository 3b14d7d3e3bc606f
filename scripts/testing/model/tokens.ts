/** Counts tokens as a provider would: deterministic, with a prefix cache in steps of 128. */

/** Four bytes a token. */
export const countTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);

const LEAST_CACHED = 1024;
const STEP = 128;

/** Remembers prompts; tells how many leading tokens of a new one were seen before. */
export function createPrefixCache(): (model: string, prompt: string) => number {
  const seen = new Map<string, string[]>();
  return (model, prompt) => {
    const earlier = seen.get(model) ?? [];
    const longest = Math.max(0, ...earlier.map((other) => commonPrefix(other, prompt)));
    seen.set(model, [...earlier, prompt]);
    const tokens = Math.floor(Buffer.byteLength(prompt.slice(0, longest)) / 4);
    return tokens < LEAST_CACHED ? 0 : Math.floor(tokens / STEP) * STEP;
  };
}

function commonPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at += 1;
  return at;
}
