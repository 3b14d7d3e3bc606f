/** How hard a key is to guess, from its look alone. Pure. */

/** Of the two roots: what an attacker of any size cannot try out. */
export const LEAST_KEY_BITS = 256;
/** Fewer kinds of characters are a pattern, as no random key of this length has. */
const LEAST_KINDS = 10;

/**
 * The most bits that a text of this look can have been made from: hexadecimal, base64, or what letters of
 * these kinds allow. A pattern has none.
 */
export function bitsOf(text: string): number {
  const key = text.replace(/=+$/, '');
  if (new Set(key).size < LEAST_KINDS) return 0;
  return Math.floor(key.length * bitsOfCharacter(key));
}

function bitsOfCharacter(key: string): number {
  if (/^([0-9a-f]+|[0-9A-F]+)$/.test(key)) return 4;
  if (/^[\w+/-]+$/.test(key) && /[a-z]/.test(key) && /[A-Z]/.test(key)) return 6;
  const kinds: readonly (readonly [RegExp, number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[^a-zA-Z\d]/, 32],
  ];
  return Math.log2(kinds.reduce((sum, [kind, size]) => sum + (kind.test(key) ? size : 0), 0));
}
