/** Trying an edited monitor on what was seen before. */
import type { backtest as english } from '../en/backtest.ts';
import type { Translation } from '../texts.ts';

export const backtest: Translation<typeof english> = {
  title: 'Probe am Verlauf',
  stop: 'Abbrechen',
  try: 'An den letzten {days, number} Tagen proben',
  about:
    'Was diese Bearbeitung aus den gesehenen Änderungen gemacht hätte. Nichts wird gespeichert, und niemandem wird etwas gemeldet. Die Bedingungen zu proben kostet nichts; ein Modell wird nur gefragt, wenn Sie es sagen.',
  reading: 'Was gesehen wurde, wird gelesen …',
  progress: '{judged, number} von {all, number} Änderungen beurteilt.',
  judged: 'Beurteilte Änderungen',
  typedSince: 'Sie haben seitdem etwas geändert; proben Sie noch einmal.',
  ask: {
    most: 'Bei {count, plural, one {# Änderung} other {# Änderungen}} kann es nur {model} sagen. Das kostet höchstens {cost}, in der Regel weit weniger. Es zählt zum Budget dieses Monats.',
    unpriced: '{tokens, number} Tokens (der Preis dieses Modells ist nicht bekannt)',
    inDollars: 'Höchstens, in $',
    inTokens: 'Höchstens, in Tokens',
    button: 'Das Modell fragen',
  },
  tokens: '{count, number} Tokens',
  nothing:
    'In den letzten {days, number} Tagen hat sich nichts geändert, woran geprobt werden könnte.',
  told: 'Hätte in {days, number} Tagen {count, plural, one {einmal} other {# Mal}} gemeldet (Kosten: {cost}).',
  toldAtLeast:
    'Hätte in {days, number} Tagen mindestens {count, plural, one {einmal} other {# Mal}} gemeldet (Kosten: {cost}).',
  notTold: 'Hätte in {days, number} Tagen nichts gemeldet (Kosten: {cost}).',
  notToldAlone:
    'Keine Bedingung allein hätte in {days, number} Tagen etwas gemeldet (Kosten: {cost}).',
  open: 'Bei {open, number} von {all, number} Änderungen kann es nur ein Modell sagen.',
  before:
    '{count, plural, =0 {Damals wurde nie gemeldet.} one {Damals wurde einmal gemeldet.} other {Damals wurde # Mal gemeldet.}}',
  unasked: {
    notAsked: 'kein Modell wurde gefragt',
    maximum: 'hätte mehr als das Höchste kosten können',
    time: 'es war keine Zeit mehr',
    textGone: 'ihr Text wird nicht mehr aufbewahrt',
    model_unavailable: 'das Modell hat nicht geantwortet',
    budget_exhausted: 'das Budget dieses Monats reicht nicht',
  },
  notJudged: 'nicht beurteilt',
  moreChanges: 'Es gab mehr Änderungen; geprobt wurde an den neuesten {count, number}.',
  tried: 'Änderungen, an denen geprobt wurde',
  used: '{count, number} Tokens wurden verbraucht.',
  leftOut:
    'Pausen zwischen Meldungen, Ruhezeiten und Grenzen je Stunde bleiben außer Acht. Die Seiten sind die damals gesehenen, auch wo die Bearbeitung einen anderen Teil von ihnen liest.',
  then: 'Damals',
  now: 'Jetzt',
  notKnown: 'Nicht bekannt',
};
