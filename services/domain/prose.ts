/** Cleans what a model wrote before anybody sees it: no links, addresses, numbers to call, markup (D9). */

/** Left and right marks, embeddings, isolates, zero-width and other characters that only mislead. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}\u115f\u1160\u3164\uffa0]/gu;
const WHITE = /[\s\u2028\u2029]+/gu;

/** What a model may not write; each is replaced by a space so that nothing joins into a new one. */
const forbidden: readonly RegExp[] = [
  /&(?:#\d{1,8}|#x[0-9a-f]{1,8}|[a-z][a-z0-9]{1,31});?/giu, // entities
  /!?\[[^\][]*\]\s?\([^()]*\)?/gu, // inline links and images, with their text: it may be a lure
  /!?\[[^\][]*\]\s?\[[^\][]*\]/gu, // reference links
  /\[[^\][]*\]:\s*\S*/gu, // reference definitions
  /<[^<>]*>/gu, // tags, autolinks, chat markup
  /[a-z][a-z0-9+.-]*:\/{2}\S*/giu, // any scheme with an authority
  /(?:https?|hxxps?|mailto|javascript|vbscript):\s?\S*/giu,
  /(?<![a-z0-9])(?:ftp|tel|sms|callto|skype|facetime|whatsapp|tg|data|file|blob|magnet|intent|market|geo|xmpp|sips?|ssh|irc):\s?\S*/giu,
  /:?\/{2,}\S*/gu, // without a scheme
  /\S*[\p{L}\p{N}._%+-]@\S*/gu, // mail addresses and handles with a host
  /www\.\S*/giu,
  /(?<![\p{N}.])(?:\p{N}{1,3}\.){3}\p{N}{1,3}(?![\p{N}.])\S*/gu, // IPv4 addresses
  /(?<![\p{L}\p{N}])(?:1[-. ])?[89]\d\d[-. ][A-Z][A-Z-]{5,}/gu, // vanity numbers
  /[A-Za-z0-9+/_-]{40,}={0,2}/gu, // encoded data
  /[<>`*_~|{}\\^[\]#@]/gu, // what is left of markup and mentions
];

/** Endings that look like a domain but are files or names of technology, never a public suffix. */
const fileEndings = new Set([
  'js',
  'ts',
  'json',
  'html',
  'css',
  'txt',
  'pdf',
  'xml',
  'csv',
  'yaml',
  'yml',
  'png',
  'jpg',
  'php',
]);
const DOMAIN =
  /(?<![\p{L}\p{N}])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:xn--[a-z0-9-]+|\p{L}[\p{L}\p{M}]+)(?:[:/?#]\S*)?/giu;
const PHONE = /(?<![\p{L}\p{N}.,])\(?\+?\p{N}(?:[ ().\-/‐-―·]{0,3}\p{N}){6,}(?![\p{L}\p{N}])/gu;

/**
 * Plain words for people: without URLs, mail addresses, phone numbers, markup, mentions, bidirectional
 * and other control characters. Prices, dates and years stay. Cleaning twice changes nothing.
 */
export function cleanProse(text: string): string {
  let clean = fold(text);
  // each round removes something or is the last, so this ends
  for (let before = ''; before !== clean;) {
    before = clean;
    clean = fold(sweep(clean));
  }
  return clean;
}

const fold = (text: string): string =>
  text
    .replace(WHITE, ' ')
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    // browsers read these as the dot of a host name
    .replace(/(?<=[a-z0-9-])[。｡．․](?=[a-z0-9])/giu, '.')
    .replace(WHITE, ' ')
    .trim();

function sweep(text: string): string {
  const swept = forbidden.reduce((result, pattern) => result.replace(pattern, ' '), text);
  return swept
    .replace(DOMAIN, (found) => (isFileName(found) ? found : ' '))
    .replace(PHONE, (found) => (isPlainNumber(found) ? found : ' '));
}

function isFileName(name: string): boolean {
  const labels = name.toLowerCase().split('.');
  return labels.length === 2 && fileEndings.has(labels[1] ?? '');
}

/** A date, a span of years, or one number with its thousands grouped. */
function isPlainNumber(text: string): boolean {
  const found = text.trim();
  return (
    /^\p{N}{4}[-./]\p{N}{1,2}[-./]\p{N}{1,2}(?: \p{N}{1,2})?$/u.test(found) ||
    /^\p{N}{1,2}[-./]\p{N}{1,2}[-./]\p{N}{4}(?: \p{N}{1,2})?$/u.test(found) ||
    /^(?:19|20)\p{N}{2} ?[-/‐-―] ?(?:19|20)\p{N}{2}$/u.test(found) ||
    /^[1-9]\p{N}{0,2}(?: \p{N}{3}){1,4}$/u.test(found) ||
    /^[1-9]\p{N}{0,2}(?:\.\p{N}{3}){1,4}$/u.test(found) ||
    /^\p{N}{1,9}\.\p{N}{1,9}$/u.test(found)
  );
}
