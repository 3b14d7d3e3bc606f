/** The account page. */
export const account = {
  members: 'Members and quotas of the workspace',
  security: 'Security: passkeys, authenticator app, recovery codes',
  tokens: 'Tokens of programs',
  feeds: 'Feeds of findings',
  data: 'Your data: a copy of it, deleting it',
  admin: 'Administration: users, workspaces, audit, platform',
  language: 'Language',
  byBrowser: 'As the browser asks',
  sessions: 'Where you are signed in',
  thisBrowser: 'this browser',
  sessionTimes: 'used <used></used>, signed in <since></since>',
  end: 'End',
  signOutEverywhere: 'Sign out everywhere',
  events: 'What administrators did with your account',
  mails: 'What you were told by mail',
} as const;
