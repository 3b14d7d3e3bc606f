/** Character folding that every reader of page text shares. */

const PLAIN = /^[\n\x20-\x7e]*$/;
/** Zero-width, bidi, tag and variation characters, fillers, interlinear marks. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}]/gu;
/** Control characters but the white space among them. */
// oxlint-disable-next-line no-control-regex -- control characters are what is dropped here
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/g;
/** U+2800 is a blank cell: it looks like a space, but `\s` does not know it. */
const BLANK = /\u2800/g;

/** The text without characters that a reader cannot see; line breaks and spaces stay. */
export function dropInvisible(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.toWellFormed().replace(INVISIBLE, '').replace(CONTROL, '').replace(BLANK, ' ');
}

/** {@link dropInvisible} and Unicode NFKC; a second run changes nothing. */
export function foldCharacters(text: string): string {
  if (PLAIN.test(text)) return text;
  // In this order: a character composes with one that a dropped one kept apart, and NFKC makes no
  // new character that would be dropped.
  return dropInvisible(text).normalize('NFKC');
}

/** Splits at every character that Unicode or a browser treats as the end of a line. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
}

/** Runs of white space become one space; none at the ends. */
export function foldSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
