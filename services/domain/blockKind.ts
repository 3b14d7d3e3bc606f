/** What a line is by itself: a value that needs its label, or a statement that stands alone. */

import { PLACEHOLDER } from './volatile.ts';

const LONGEST_VALUE = 40;
/** A sentence of so many words and characters says the same wherever it stands. */
const SENTENCE = { chars: 60, words: 8 };

/** Words beside a number that leave it a value: units, currencies, dates. */
const UNITS = new Set(
  (
    'per month months monthly mo year years yearly yr annually week weeks day days daily hour hours ' +
    'hr hrs h min mins minutes s sec seconds d w y k m mio mrd bn eur usd gbp chf jpy sek nok dkk pln ' +
    'kg g mg t lb lbs oz km cm mm mi ft in l ml gb mb tb kb kwh kw w hz ghz px from only just now ' +
    'was ab von bis pro monat monate jahr jahre tag tage woche wochen stunde stunden stück à par mois an ans ' +
    'jour jours por mes año días each pc pcs pieces piece left of x am pm uhr st nd rd th incl excl vat mwst ' +
    'jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july ' +
    'august september october november december januar februar märz mai juni juli oktober dezember ' +
    'mon tue wed thu fri sat sun points pts stars reviews items seats'
  ).split(' '),
);
const STATES = new Set(
  (
    'yes no y n ja nein oui non sí si true false on off open closed free included not included ' +
    'available unavailable not available in stock out of stock sold out coming soon pre-order ' +
    'operational degraded degraded performance outage partial outage major outage down up online ' +
    'offline pass passed fail failed passing failing active inactive enabled disabled pending ' +
    'approved rejected paid unpaid done new sale popular most popular limited discontinued ' +
    'auf lager ausverkauft verfügbar nicht verfügbar geöffnet geschlossen kostenlos gratis ' +
    'en stock épuisé rupture de stock disponible indisponible ouvert fermé agotado abierto cerrado ' +
    'none unknown high medium low maintenance under maintenance resolved investigating full empty'
  ).split(' '),
);

/** Heading level 1 to 6; undefined for other lines. */
export function headingLevel(line: string): number | undefined {
  return /^(#{1,6}) ./.exec(line)?.[1]?.length;
}

/** Whether a line means something only beside its label: a number, a price, a date, a state. */
export function isValueLike(line: string): boolean {
  if (headingLevel(line) !== undefined || line.length > LONGEST_VALUE) return false;
  const text = line.replace(/^- /, '').replace(PLACEHOLDER, ' ').toLowerCase();
  return text.split(' | ').every(isValue);
}

function isValue(cell: string): boolean {
  if (cell.trim() === 'n/a') return true;
  const words = cell.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’.,-]*/gu) ?? [];
  if (!/\p{N}/u.test(cell)) return words.every((word) => STATES.has(word));
  return words.every((word) => {
    const unit = word.replace(/^[\p{N}.,'’-]+/u, '').replace(/[.,]+$/, '');
    return unit === '' || UNITS.has(unit) || /^v\d/.test(unit);
  });
}

/** Whether a line says the same wherever in its section it stands. */
export function isSelfContained(line: string): boolean {
  if (isValueLike(line) || headingLevel(line) !== undefined) return false;
  if (line.startsWith('- ') || isKeyedValue(line)) return true;
  if (line.includes(' | ')) return line.split(' | ').filter((cell) => cell !== '').length > 1;
  return line.length >= SENTENCE.chars && line.split(' ').length >= SENTENCE.words;
}

/** A line of a JSON source whose path names its item. */
function isKeyedValue(line: string): boolean {
  return /^[^\s:[]*\[[^\]]*\][^:]*: /.test(line);
}
