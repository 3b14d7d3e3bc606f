/** Masks text that differs at each visit and tells nothing: relative times, counters, ids. */

/** What stands for a masked piece; page text is never compared inside of it. */
export const PLACEHOLDERS = {
  time: '‹time›',
  count: '‹count›',
  id: '‹id›',
  ignored: '‹ignored›',
} as const;

/** Matches each placeholder. */
export const PLACEHOLDER = /‹(?:time|count|id|ignored)›/g;

const AMOUNT = '(?:\\d{1,4}|an?|one|two|three|few|a few|several)';
const EN_UNIT = '(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|yrs?)';
const EN_AGO = `(?:(?:about|over|almost|around|less than|more than) )?${AMOUNT} ${EN_UNIT} ago`;
const SHORT_AGO = '\\d{1,4} ?(?:s|m|h|d|w|mo|y|sec|min|hr) ago';
const DE_AGO =
  'vor (?:(?:etwa|rund|ca\\.|über|knapp) )?(?:\\d{1,4}|einer|einem|wenigen|mehreren|zwei|drei) (?:Sekunden?|Sek\\.?|Minuten?|Min\\.?|Stunden?|Std\\.?|Tag(?:en)?|Wochen?|Monat(?:en)?|Jahr(?:en)?)';
const FR_AGO =
  'il y a (?:(?:environ|plus de|moins de) )?(?:\\d{1,4}|une?|quelques) (?:secondes?|minutes?|min|heures?|h|jours?|j|semaines?|mois|ans?)';
const ES_AGO =
  'hace (?:(?:unos|unas|aproximadamente|más de|menos de) )?(?:\\d{1,4}|un|una|unos|unas) (?:segundos?|minutos?|min|horas?|h|días?|semanas?|mes(?:es)?|años?|momentos?|instantes?)';
const NOW = "just now|right now|gerade eben|à l'instant|ahora mismo";

const BEFORE = '(?<![\\p{L}\\p{N}_‹])';
const AFTER = '(?![\\p{L}\\p{N}_])';
const TIME = words(`${EN_AGO}|${SHORT_AGO}|${DE_AGO}|${FR_AGO}|${ES_AGO}|${NOW}`);

/** How long the server took, which differs at each visit. */
const TOOK =
  /((?:page|site|seite|query) (?:was )?(?:generated|rendered|loaded|created|took|geladen|generiert) (?:in )?)\d+(?:[.,]\d+)? ?(?:milliseconds?|seconds?|secs?|sekunden|ms|s)(?![\p{L}\p{N}_])/giu;
const CLOCK =
  /((?:current|server|local) time(?: is)?:? )(?:\d{4}-\d{2}-\d{2}[ T])?\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?(?![\p{L}\p{N}_])/giu;

const NUMBER = '\\d{1,3}(?:[., ]?\\d{3}){0,4}(?:[.,]\\d{1,2})?(?: ?[kKmM](?![\\p{L}\\p{N}]))?';
const COUNTED =
  '(?:(?:page ?|profile ?|total )?(?:views?|hits|visits|visitors?)|likes?|shares|retweets?|(?:people|users|guests|visitors|members) (?:are )?(?:currently )?(?:online|viewing|watching|browsing)|(?:are )?(?:online now|watching now|viewing now)|Aufrufe|Besucher(?: online)?|mal angesehen|vues|visites|visualizaciones|visitas|reproducciones|me gusta)';
const COUNT_FIRST = new RegExp(
  `(?<![\\p{L}\\p{N}_.,$€£¥%‹-])${NUMBER}(?= ${COUNTED}${AFTER}(?! (?:of|from|over|per|on the)\\b))`,
  'giu',
);
const COUNT_LAST = new RegExp(
  `${BEFORE}((?:page ?views|views|visits|visitors|hits|likes|shares|Aufrufe|Besucher|vues|visites|visitas) ?[:=] ?)${NUMBER}${AFTER}`,
  'giu',
);

const UUID = words('[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}');
const HEX = words('(?=[0-9a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{16,128}');
const RANDOM =
  /(?<![\p{L}\p{N}_/+=-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d[\w-]*\d[\w-]*\d)[A-Za-z\d_-]{32,256}={0,2}(?![\p{L}\p{N}_/+=-])/gu;
const LABELLED =
  /(?<![\p{L}\p{N}_])((?:(?:session|request|ray|trace|correlation|visitor|event) ?-?id|sid|jsessionid|phpsessid|nonce|csrf[_ -]?token|xsrf[_ -]?token) ?[:=] ?)(?=[\w-]*\d)[\w-]{6,128}/giu;
/** Where a fingerprint is what the page is about, it is no noise. */
const FINGERPRINT = /sha-?\d|md5|checksum|commit|digest|fingerprint|hash|revision|prüfsumme/i;

/** A line with placeholders instead of what is volatile; a second run changes nothing. */
export function maskVolatile(line: string): string {
  if (!/\d|now|eben|instant|ahora|ago|vor|hace|il y a/i.test(line)) return line;
  const timed = line
    .replace(TIME, PLACEHOLDERS.time)
    .replace(TOOK, `$1${PLACEHOLDERS.time}`)
    .replace(CLOCK, `$1${PLACEHOLDERS.time}`)
    .replace(COUNT_FIRST, PLACEHOLDERS.count)
    .replace(COUNT_LAST, `$1${PLACEHOLDERS.count}`)
    .replace(LABELLED, `$1${PLACEHOLDERS.id}`);
  // not of what is masked by now: a second run would not see it
  if (FINGERPRINT.test(timed)) return timed;
  return timed
    .replace(UUID, PLACEHOLDERS.id)
    .replace(HEX, PLACEHOLDERS.id)
    .replace(RANDOM, PLACEHOLDERS.id);
}

function words(pattern: string): RegExp {
  return new RegExp(`${BEFORE}(?:${pattern})${AFTER}`, 'giu');
}
