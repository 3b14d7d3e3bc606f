/** Signing in, and confirming who one is. */
import type { signIn as english } from '../en/signIn.ts';
import type { Translation } from '../texts.ts';

export const signIn: Translation<typeof english> = {
  about:
    'Beobachtet Webseiten und sagt Ihnen, mit Beleg, wenn sich etwas geändert hat, das für Sie wichtig ist.',
  signedOut: 'Sie sind abgemeldet.',
  language: 'Sprache',
  byBrowser: 'Wie der Browser es wünscht',
  theProvider: 'der Anbieter',
  signInWith: 'Mit {provider} anmelden',
  noWay:
    'Es ist kein Weg eingerichtet, sich anzumelden. Wer dieses duckmon betreibt, setzt GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET und SIGN_IN_ALLOW.',
  link: 'Anmeldelink',
  paste: 'Link einfügen',
  pasteOf: 'Link einfügen, den {command} ausgegeben hat',
  signIn: 'Anmelden',
  linkOnce:
    'Ein Link gilt einmal. Für einen weiteren führen Sie <code>{command}</code> aus, auch während duckmon läuft.',
  problems: {
    expired: {
      title: 'Das hat zu lange gedauert',
      text: 'Die Anmeldung wurde vor mehr als zehn Minuten begonnen, in einem anderen Tab oder gar nicht hier.',
      next: 'Melden Sie sich noch einmal an. Wenn es jedes Mal geschieht, lehnt Ihr Browser vielleicht Cookies dieser Seite ab.',
    },
    cancelled: {
      title: 'Nicht angemeldet',
      text: 'Sie haben die Anmeldung bei {provider} verlassen, bevor sie fertig war.',
      next: 'Nichts wurde geändert. Melden Sie sich an, wann immer Sie möchten.',
    },
    refused: {
      title: 'Dieses Konto darf sich hier nicht anmelden',
      text: '{provider} kennt Sie, aber Ihr Konto gehört nicht zu denen, die dieses duckmon benutzen dürfen.',
      next: 'Wählen Sie ein anderes Konto oder bitten Sie die Betreiber dieses duckmon, Ihres zuzulassen.',
    },
    disabled: {
      title: 'Dieses Konto ist gesperrt',
      text: 'Ihr Konto hier wurde gesperrt. Ihre Monitore sind noch da.',
      next: 'Fragen Sie die Betreiber dieses duckmon.',
    },
    down: {
      title: '{provider} antwortet nicht',
      text: 'Die Anmeldung läuft über {provider}; von dort kommt gerade keine Antwort. Monitore prüfen weiter, und wer angemeldet ist, bleibt es.',
      next: 'Versuchen Sie es in einer Minute noch einmal.',
    },
    failed: {
      title: 'Die Anmeldung mit {provider} ist fehlgeschlagen',
      text: 'Der Antwort, die zurückkam, war nicht zu trauen; deshalb wurde niemand angemeldet.',
      next: 'Versuchen Sie es noch einmal. Schlägt es wieder fehl, sagen Sie es den Betreibern dieses duckmon: In deren Log steht der Grund.',
    },
  },
  stepUp: {
    title: 'Bestätigen Sie, dass Sie es sind',
    counts: 'Das gilt fünf Minuten lang, in diesem Browser.',
    appCode: 'Code Ihrer Authentifizierungs-App',
    useRecoveryCode: 'Wiederherstellungscode verwenden',
    recoveryCode: 'Wiederherstellungscode',
    usePasskey: 'Passkey verwenden',
    confirm: 'Bestätigen',
  },
  passkey: {
    already: 'Dieses Gerät hat schon einen Passkey für duckmon.',
    none: 'Der Browser hat keinen Passkey geliefert: Es wurde abgebrochen oder hat zu lange gedauert. Versuchen Sie es noch einmal.',
    impossible: 'Der Browser kann hier keine Passkeys verwenden.',
  },
  changes: {
    passkeyAdded: 'Der Passkey {name} wurde hinzugefügt',
    passkeyRemoved: 'Der Passkey {name} wurde entfernt',
    appAdded: 'Eine Authentifizierungs-App wurde hinzugefügt',
    appRemoved: 'Die Authentifizierungs-App wurde entfernt',
    codesMade: 'Neue Wiederherstellungscodes wurden erzeugt',
    codeUsed: 'Ein Wiederherstellungscode wurde benutzt',
    reset: 'Ein Verwalter hat alle Ihre zweiten Faktoren entfernt',
    security: 'Sicherheit',
    notYou:
      '{change} (<at></at>). Wenn Sie das nicht waren, <look>sehen Sie Ihre Sicherheit an</look>, entfernen Sie, was nicht von Ihnen ist, und melden Sie sich überall ab.',
    me: 'Das war ich',
  },
};
