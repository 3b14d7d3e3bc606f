/** Administration of the installation. */
import type { admin as english } from '../en/admin.ts';
import type { Translation } from '../texts.ts';

export const admin: Translation<typeof english> = {
  title: 'Verwaltung',
  parts: {
    users: 'Benutzer',
    workspaces: 'Arbeitsbereiche',
    audit: 'Protokoll',
    platform: 'Plattform',
  },
  onlyThey:
    'Nur Verwalter der Installation sehen das. Wer sie betreibt, ernennt einen mit npx duckmon admin grant-admin, in einem Cluster mit kubectl monitor grant-admin.',
  noSuchPage: 'Diese Seite gibt es nicht. <users>Zu den Benutzern</users>',
  showMore: 'Mehr zeigen',
  tryAgain: 'Noch einmal versuchen',
  why: 'Warum, für das Protokoll',
  csv: 'Als CSV herunterladen',
  json: 'Als JSON herunterladen',
  users: {
    search: 'Name, Adresse oder ID',
    shown: 'Gezeigt',
    unseen: {
      whenever: 'egal wann gesehen',
      month: 'seit 30 Tagen nicht gesehen',
      quarter: 'seit 90 Tagen nicht gesehen',
      year: 'seit einem Jahr nicht gesehen',
    },
    none: 'Niemand ist so.',
    administrator: 'Verwalter',
    shutOut: 'gesperrt',
    noFactor: 'kein zweiter Faktor',
    seen: 'gesehen <at></at>',
    roleIn: '{role} im Arbeitsbereich {workspace}',
    inNone: 'in keinem Arbeitsbereich',
    tokens: '{count, plural, one {1 Token} other {# Token}}',
    by: 'über {issuer}',
    disable: 'Sperren',
    disableQuestion:
      '{name} sperren? Alle Sitzungen und Token enden innerhalb von fünf Sekunden, und keine neuen beginnen.',
    enable: 'Wieder zulassen',
    enableQuestion: '{name} wieder zulassen? Eine neue Anmeldung und neue Token sind nötig.',
    signOut: 'Überall abmelden',
    signOutQuestion:
      'Alle Sitzungen und Token von {name} beenden? Eine neue Anmeldung ist sofort möglich.',
  },
  workspaces: {
    about:
      'Was jeder haben und ausgeben darf. Verwalter sehen nichts von dem, was in einem Arbeitsbereich anderer ist.',
    search: 'Name oder ID',
    none: 'Kein Arbeitsbereich ist so.',
    kinds: { personal: 'persönlich', team: 'Team' },
    made: 'angelegt <at></at>',
    change: 'Grenzen ändern',
    changeWhose: 'Grenzen ändern: {name}',
  },
  limits: {
    of: 'Grenzen von {workspace}',
    about: 'Ein leeres Feld ist keine eigene Grenze: Dann gilt, was für alle gilt.',
    save: 'Speichern',
    noneOwn: 'Keine eigenen Grenzen',
    money: 'Ein Betrag wie 12.50, mit Punkt, für das Beurteilen von Änderungen.',
    mails: 'Mindestens 25: Eine Mail geht an alle Empfänger ihres Kanals.',
    labels: {
      monitors: 'Monitore',
      usdPerMonth: 'US-Dollar im Monat',
      tokensPerMonth: 'Token im Monat',
      checksPerHour: 'Prüfungen in der Stunde',
      mailsPerHour: 'Mails in der Stunde',
    },
    own: {
      monitors: '{limit} Monitore',
      usdPerMonth: '{limit} US-Dollar im Monat',
      tokensPerMonth: '{limit} Token im Monat',
      checksPerHour: '{limit} Prüfungen in der Stunde',
      mailsPerHour: '{limit} Mails in der Stunde',
    },
  },
  audit: {
    title: 'Protokoll der Installation',
    searchIn: 'Suchen in',
    fields: { action: 'Handlung', actor: 'Handelnder', subject: 'Gegenstand' },
    hints: {
      action: 'Was getan wurde, etwa user.',
      actor: 'Von wem, etwa user:ID',
      subject: 'Woran, etwa user/ID',
    },
    none: 'Keine Zeile ist so.',
    when: 'Wann',
    what: 'Was',
    byWhom: 'Von wem',
    toWhat: 'Woran',
    more: 'Mehr',
    verifyAndCopy: 'Prüfen und kopieren',
    whose: 'Arbeitsbereich; leer für die Installation',
    verify: 'Prüfen',
    leavesRow:
      'Eine Kopie vom Protokoll eines Arbeitsbereichs hinterlässt dort eine Zeile, für seine Besitzer.',
    broken:
      'Nicht so, wie es geschrieben wurde: {problem}, nach Zeile {rows}. Sichern Sie den jetzigen Stand und vergleichen Sie ihn mit früheren Sicherungen.',
    whole:
      'Vollständig: {rows} Zeilen. Vergleichen Sie den Kopf mit einer Kopie, die anderswo liegt: <code>{head}</code>',
  },
  platform: {
    checks: 'Prüfungen und Nachrichten <state></state>',
    on: 'an',
    frozen: 'eingefroren',
    whileFrozen:
      'Solange eingefroren ist, beginnt keine Prüfung und nichts wird gesendet; nichts geht verloren.',
    operatorHolds: 'Der Operator hat eingefroren; kubectl monitor resume hebt das auf.',
    resume: 'Fortsetzen',
    resumeQuestion: 'Prüfungen wieder beginnen und Nachrichten wieder hinausgehen lassen?',
    freeze: 'Einfrieren',
    freezeQuestion:
      'Alle Prüfungen und Nachrichten von allen einfrieren, innerhalb von fünf Sekunden?',
    credentials: 'Sitzungen und Token',
    inWrongHands:
      'Wenn Zugangsdaten in falschen Händen sein können: Alle melden sich neu an, auch Sie, und erstellen neue Token.',
    revoke: 'Alles widerrufen',
    revokeQuestion:
      'Jede Sitzung und jedes Token von allen beenden, auch Ihre eigenen, innerhalb von fünf Sekunden?',
    keys: 'Schlüssel',
    signedWith: 'Zugriffstoken sind signiert mit',
    noKey: 'keinem Schlüssel',
    lastAsked: 'Neue zuletzt verlangt',
    lastUrgent: 'Sofort, zuletzt',
    rotate: 'Wechseln',
    rotateQuestion:
      'Vom Operator neue Schlüssel verlangen, veröffentlicht, bevor sie benutzt werden? Niemand bemerkt es.',
    rotateNow: 'Sofort wechseln',
    rotateNowQuestion:
      'Vom Operator sofort neue Schlüssel verlangen, wie bei einem Vorfall? Laufende Aufrufe können fehlschlagen.',
    keysOnMachine:
      'Die Schlüssel liegen auf dem Rechner: dort npx duckmon generate-keys, dann ./scripts/down && ./scripts/up.',
    whoSignsIn: 'Wer sich anmelden darf',
    byProvider: 'Über einen Anbieter',
    noProvider: 'keiner ist eingerichtet',
    allowed: 'Domains und Adressen',
    byLink: 'Über einen Link des Betreibers',
    yes: 'ja',
    no: 'nein',
    defaults: 'Was für Arbeitsbereiche ohne eigene Grenze gilt',
    money: 'Geld im Monat',
    tokens: 'Token im Monat',
    noLimit: 'keine Grenze',
    policies: 'Richtlinien, Pools und Bedingungen',
    inCluster:
      'Sie sind Objekte des Clusters, die der Operator liest: kubectl get monitorplatforms,workerpools -A.',
    noneHere:
      'Hier gibt es keine: Sie gehören zu einer Installation in einem Cluster, mit einem Operator.',
  },
};
