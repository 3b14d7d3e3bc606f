/** How often a monitor checks. */
import type { schedule as english } from '../en/schedule.ts';
import type { Translation } from '../texts.ts';

export const schedule: Translation<typeof english> = {
  title: 'Wie oft',
  kind: 'Art des Zeitplans',
  kinds: { every: 'Immer wieder', at: 'Zu einer Uhrzeit', cron: 'Nach Cron' },
  every: 'Alle',
  unit: 'Einheit',
  units: { seconds: 'Sekunden', minutes: 'Minuten', hours: 'Stunden', days: 'Tage' },
  at: 'Um',
  days: 'Tage',
  cron: 'Cron',
  cronFields: 'Minute, Stunde, Tag, Monat, Wochentag',
  sayHowOften: 'Sagen Sie, wie oft.',
  checks:
    'Prüft {when}: etwa {count, number} Mal in 30 Tagen. Nur wenn sich die Seite auf eine Art geändert hat, die zählt, wird ein Modell gefragt; das ist es, was Geld kostet.',
  aboutAt: 'Ungefähr um ({zone}):',
  next: 'Als Nächstes ({zone}):',
  now: 'jetzt',
  zone: 'Uhrzeiten sind die von {zone}.',
  when: {
    seconds: '{amount, plural, one {jede Sekunde} other {alle # Sekunden}}',
    minutes: '{amount, plural, one {jede Minute} other {alle # Minuten}}',
    hours: '{amount, plural, one {jede Stunde} other {alle # Stunden}}',
    days: '{amount, plural, one {jeden Tag} other {alle # Tage}}',
    cron: 'nach dem Cron-Ausdruck „{cron}“',
    allDays: 'jeden Tag um {time}',
    workdays: 'montags bis freitags um {time}',
    someDays: '{days} um {time}',
  },
};
