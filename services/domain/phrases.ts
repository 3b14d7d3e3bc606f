/** Sentences by which pages say that they are not the page: walls, blocks and error templates. */
import type { PageSign } from './types.ts';

/** Pages with more text than this are about something else, whatever they mention. */
export const SHORT_PAGE = 1_500;
/** A wall speaks in short lines; a longer one is prose about walls. */
const SHORT_LINE = 160;

const BOT_WALL = compile([
  "(?:please )?(?:verify|confirm|prove)(?: that)? you(?:'re| are) (?:a )?(?:human|not a (?:ro)?bot)",
  'verifying (?:that )?you are human',
  'checking (?:if the site connection is secure|your browser)',
  '(?:just a moment|one moment,? please)\\W*$',
  'attention required!?$',
  'are you (?:a )?(?:human|robot)\\?',
  'enable javascript and cookies to continue',
  'pardon our interruption',
  '(?:our systems have|we have|we.ve) detected unusual (?:traffic|activity)',
  'sorry, you have been blocked',
  'access (?:to this page has been )?denied\\W*$',
  'ddos protection by',
  'press (?:&|and) hold to confirm',
  '(?:please )?(?:complete|solve) (?:the|this) (?:captcha|security check|challenge)',
  '(?:robot|security|human) (?:check|verification)\\W*$',
  'request unsuccessful\\. incapsula',
  "i'm not a robot\\W*$",
  'bestätigen sie,? dass sie (?:ein mensch|kein roboter)',
  'ihr browser wird (?:über)?prüft',
  "(?:vérifiez|confirmez) que vous (?:êtes (?:un )?humain|n'êtes pas un robot)",
  '(?:verifica|confirma|comprueba) que (?:eres humano|no eres un robot)',
]);

const GEO_BLOCK = compile([
  "(?:.{0,40}\\b)?(?:not|isn't|un)\\s?available (?:in|from) (?:your|this) (?:country|region|location|area)",
  '(?:.{0,60}\\b)?(?:from|in) your (?:country|region|location) (?:is|are) (?:blocked|restricted|not permitted)',
  'unavailable (?:due to|for) legal reasons',
  '(?:.{0,60}\\b)?in (?:ihrem|deinem|ihrer|deiner) (?:land|region) (?:leider )?nicht verfügbar',
  "(?:.{0,60})?(?:n'est pas disponible|indisponible) dans votre (?:pays|région)",
  '(?:.{0,60})?no (?:está )?disponible en (?:su|tu) (?:país|región)',
]);

const ERROR_TEMPLATE = compile([
  '(?:http )?(?:error )?50[0-4]\\b\\W*(?:internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|error)?\\W*$',
  'internal server error\\W*$',
  'bad gateway\\W*$',
  'gateway time-?out\\W*$',
  'service (?:temporarily )?unavailable\\W*$',
  'application error\\b',
  'whitelabel error page',
  'there has been a critical error on this website',
  'error establishing a database connection',
  "(?:we(?:'re| are)|(?:the |this |our )?(?:web)?site is) (?:currently |temporarily )?(?:down for|under|undergoing|performing) (?:scheduled )?maintenance",
  "this (?:page|site) (?:isn't|is not) working",
  'an? (?:unexpected |unknown )?error (?:has )?occurred',
  '(?:oops[!,.]? )?something went wrong\\W*$',
  'welcome to nginx!',
  'apache2 (?:ubuntu|debian) default page',
  '(?:this |the )?domain (?:name )?(?:\\S+ )?(?:is|may be) for sale',
  '(?:php )?fatal error:',
  'traceback \\(most recent call last\\)',
  'interner serverfehler',
  'erreur interne du serveur',
  'error interno del servidor',
]);

const NOT_FOUND = compile([
  '(?:http )?(?:error |fehler |erreur )?404\\W*$',
  '(?:http )?(?:error |fehler |erreur )?404\\W+(?:error|page|file|not found|seite|página|nicht gefunden)\\b.{0,60}$',
  '(?:page|file|document|url|resource|site)(?: you.{0,40})? (?:was |is |could |can)?(?:not|n.t) (?:be )?found\\W*$',
  '(?:sorry,? |oops\\W+)?(?:(?:the|this|that) )?(?:page|file|url)(?: you.{0,40})? (?:was |is |could |can)?(?:not|n.t) (?:be )?found\\W*$',
  'not found\\W*$',
  "(?:sorry,? |oops\\W+)?we (?:can't|can’t|cannot|couldn't|couldn’t|could not) find (?:that|the|this) page",
  "(?:sorry,? |oops\\W+)?(?:this|the|that) page (?:you.{0,40} )?(?:does not|doesn't|doesn’t|no longer) exists?",
  '(?:die )?seite (?:wurde |konnte )?(?:leider )?nicht gefunden',
  'page (?:introuvable|non trouvée)',
  'página no encontrada',
]);

const CONSENT = compile([
  'before you continue\\b',
  'we value your privacy',
  'we (?:and our \\d* ?partners|care about)\\b.{0,80}(?:cookies|privacy|data)',
  '(?:we|this (?:web)?site|our (?:web)?site) .{0,60}cookies',
  'your (?:privacy|cookie) (?:choices|matters|settings|preferences)',
  'cookie (?:consent|settings|preferences|notice)\\W*$',
  '(?:i )?(?:accept|agree)(?: all| cookies| to all| and continue)?\\W*$',
  '(?:reject|decline)(?: all| cookies)?\\W*$',
  '(?:manage|more) (?:options|preferences|cookies|choices)\\W*$',
  'wir (?:verwenden|nutzen|benötigen) .{0,60}(?:cookies|einwilligung|zustimmung)',
  '(?:alle )?(?:cookies )?(?:akzeptieren|ablehnen|zustimmen)\\W*$',
  '(?:bevor (?:sie|du) |(?:ihre|deine) privatsphäre|wir schätzen ihre privatsphäre)',
  '(?:nous|ce site) .{0,80}cookies',
  '(?:tout )?(?:accepter|refuser)(?: tout)?\\W*$',
  '(?:usamos|utilizamos|este sitio) .{0,80}cookies',
  '(?:aceptar|rechazar)(?: todo| todas| cookies)?\\W*$',
]);

/** Words of lines that belong to a consent dialog, wherever they stand. */
const CONSENT_WORDS =
  /cookie|consent|privacy|privatsphäre|datenschutz|einwilligung|zustimm|partner|vendor|personali[sz]ed|legitimate interest|preferences|\bterms\b|impressum|imprint|akzeptieren|ablehnen|accepter|refuser|aceptar|rechazar|\baccept\b|\breject\b/i;

const SIGN_IN = compile([
  '(?:please )?(?:log|sign) ?(?:in|on)\\b.{0,60}$',
  '(?:you (?:must|need to) (?:be logged in|log in|sign in))',
  'your session has (?:expired|ended)',
  'welcome back\\W*$',
  '(?:bitte )?(?:anmelden|einloggen|melden sie sich an)\\b.{0,40}$',
  '(?:se connecter|connexion|connectez-vous|identifiez-vous)\\b.{0,40}$',
  '(?:iniciar sesión|inicia sesión|acceder)\\b.{0,40}$',
]);

/** The signs that a page's title and text alone give; none for a page with much text. */
export function signsOfText(title: string, text: string): PageSign[] {
  if (text.length > SHORT_PAGE) return [];
  const places = prominentLines(title, text);
  const lines = bareLines(text);
  return [
    ...sign('botWall', find(BOT_WALL, [...places, ...lines])),
    ...sign('geoBlock', find(GEO_BLOCK, places)),
    ...sign('errorTemplate', find(ERROR_TEMPLATE, places)),
  ];
}

/** The prominent line that says that there is no such page. */
export function notFoundLine(title: string, text: string): string | undefined {
  return find(NOT_FOUND, prominentLines(title, text));
}

/** The title or heading that asks to sign in; a link in the first line is no wall. */
export function signInLine(title: string, text: string): string | undefined {
  return find(SIGN_IN, prominentLines(title, `#\n${text}`));
}

/**
 * The lines of a consent dialog, when the page has hardly anything besides.
 * @param most characters of other text from which on the page is worth reading: then there are none,
 * and the rest of a long page is not looked at.
 */
export function consentLines(text: string, most: number): string[] {
  const consent: string[] = [];
  let rest = 0;
  for (const raw of text.split('\n')) {
    const line = bareLine(raw);
    if (speaks(CONSENT, line)) consent.push(line);
    else if (!CONSENT_WORDS.test(line)) rest += line.length;
    if (rest >= most) return [];
  }
  return consent;
}

/** One expression for all sentences of a kind: a line is read once, not once for each. */
function compile(patterns: readonly string[]): RegExp {
  return new RegExp(`^(?:${patterns.join('|')})`, 'iu');
}

const speaks = (pattern: RegExp, line: string): boolean =>
  line !== '' && line.length <= SHORT_LINE && pattern.test(line);

const find = (pattern: RegExp, lines: readonly string[]): string | undefined =>
  lines.find((line) => speaks(pattern, line));

function sign(kind: PageSign['kind'], evidence: string | undefined): PageSign[] {
  return evidence === undefined ? [] : [{ kind, evidence }];
}

/** The title and its parts, the headings, and the first line. */
function prominentLines(title: string, text: string): string[] {
  const parts = title.split(/\s+[|–—·»:-]\s+|:\s+/).map((part) => part.trim());
  const headings = text.split('\n').filter((line, index) => index === 0 || /^#{1,6} /.test(line));
  return [title.trim(), ...parts, ...bareLines(headings.join('\n'))].filter((line) => line !== '');
}

const bareLines = (text: string): string[] =>
  text
    .split('\n')
    .map(bareLine)
    .filter((line) => line !== '');

const bareLine = (line: string): string =>
  line
    .replace(/^(?:#{1,6} |- )/, '')
    .replace(/[‘’]/g, "'")
    .trim();
