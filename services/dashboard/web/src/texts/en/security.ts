/** Passkeys, authenticator app and recovery codes. */
export const security = {
  account: 'Account',
  title: 'Security',
  about: 'What administers duckmon asks for a second factor, also after a sign-in by a provider.',
  firstMay: 'You have no second factor yet. Add a passkey or an authenticator app.',
  firstTooLate:
    'You have no second factor yet. The first is added within five minutes after the sign-in: sign out, sign in again, and come back here.',
  passkeys: {
    title: 'Passkeys',
    used: 'added <added></added>, used <used></used>',
    neverUsed: 'added <added></added>, never used',
    remove: 'Remove',
    name: 'Name of the passkey',
    add: 'Add a passkey',
  },
  app: {
    title: 'Authenticator app',
    times: 'Set up <confirmed></confirmed>, used <used></used>',
    remove: 'Remove the app',
    add: 'Add an authenticator app',
    typeKey: 'Type this key into the app, or <open>open it in an app on this device</open>:',
    code: 'The six digits that the app shows now',
    finish: 'Finish',
  },
  codes: {
    title: 'Recovery codes',
    left: '{count, plural, one {1 code is left} other {# codes are left}}',
    replaced: '(new ones replace them)',
    renew: 'Make new codes',
    keep: 'Keep these recovery codes',
    shownOnce:
      'They are shown this once. Each lets you in once when your other factors are lost: print them, or keep them in a password manager.',
    copyAll: 'Copy all',
    kept: 'I have kept them',
  },
  changes: 'What was changed lately',
  nothingChanged: 'Nothing was changed yet.',
} as const;
