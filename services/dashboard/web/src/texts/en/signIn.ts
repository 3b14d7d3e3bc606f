/** Signing in, and confirming who one is. */
export const signIn = {
  about: 'Watches web pages and tells you, with proof, when something that matters to you changed.',
  signedOut: 'You are signed out.',
  language: 'Language',
  byBrowser: 'As the browser asks',
  theProvider: 'the provider',
  signInWith: 'Sign in with {provider}',
  noWay:
    'No way to sign in is configured. Whoever runs this duckmon sets GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and SIGN_IN_ALLOW.',
  link: 'Sign-in link',
  paste: 'Paste the link',
  pasteOf: 'Paste the link that {command} printed',
  signIn: 'Sign in',
  linkOnce:
    'A link works once. For another one run <code>{command}</code>, also while duckmon runs.',
  problems: {
    expired: {
      title: 'That took too long',
      text: 'The sign-in was begun more than ten minutes ago, in another tab, or not here at all.',
      next: 'Sign in again. If it happens each time, your browser may refuse cookies of this site.',
    },
    cancelled: {
      title: 'Not signed in',
      text: 'You left the sign-in at {provider} before it was done.',
      next: 'Nothing was changed. Sign in again whenever you like.',
    },
    refused: {
      title: 'This account may not sign in here',
      text: '{provider} knows you, but your account is not among those that may use this duckmon.',
      next: 'Choose another account, or ask the people who run this duckmon to let yours in.',
    },
    disabled: {
      title: 'This account is disabled',
      text: 'Your account here was switched off. Your monitors are still there.',
      next: 'Ask the people who run this duckmon.',
    },
    down: {
      title: '{provider} does not answer',
      text: 'The sign-in is done by {provider}, which cannot be reached just now. Monitors go on being checked, and people who are signed in stay so.',
      next: 'Try again in a minute.',
    },
    failed: {
      title: 'The sign-in with {provider} failed',
      text: 'The answer that came back could not be trusted, so nobody was signed in.',
      next: 'Try again. If it fails again, tell the people who run this duckmon: their log says why.',
    },
  },
  stepUp: {
    title: 'Confirm that it is you',
    counts: 'It counts for five minutes, in this browser.',
    appCode: 'Code of your authenticator app',
    useRecoveryCode: 'Use a recovery code',
    recoveryCode: 'Recovery code',
    usePasskey: 'Use a passkey',
    confirm: 'Confirm',
  },
  passkey: {
    already: 'This device has a passkey for duckmon already.',
    none: 'The browser gave no passkey: it was cancelled, or it took too long. Try it again.',
    impossible: 'The browser cannot use passkeys here.',
  },
  changes: {
    passkeyAdded: 'The passkey {name} was added',
    passkeyRemoved: 'The passkey {name} was removed',
    appAdded: 'An authenticator app was added',
    appRemoved: 'The authenticator app was removed',
    codesMade: 'New recovery codes were made',
    codeUsed: 'A recovery code was used',
    reset: 'An administrator removed all your second factors',
    security: 'Security',
    notYou:
      '{change} <at></at>. If that was not you, <look>look at your security</look>, remove what is not yours, and sign out everywhere.',
    me: 'It was me',
  },
} as const;
