/** A copy of all data, and deleting it. */
export const data = {
  account: 'Account',
  title: 'Your data',
  take: 'Take a copy',
  about:
    'A file of lines of JSON: one for each row that is kept. Passwords, keys and tokens are not in it.',
  yourAccount: 'Your account: sign-ins, second factors, memberships, tokens, what you did',
  downloadAccount: 'Download your account',
  theWorkspace: 'The workspace {name}: monitors, channels, history, pictures, findings',
  downloadWorkspace: 'Download the workspace',
  deleteWorkspace: 'Delete the workspace',
  workspaceGoes:
    'Everything in {name} goes, for all its members: monitors stop, nothing more is sent, the history is erased. It cannot be undone.',
  deleteYourAccount: 'Delete your account',
  accountGoes:
    'You are signed out everywhere at once, your tokens end, and what is kept of you is erased. It cannot be undone.',
  accountGoesWith:
    'You are signed out everywhere at once, your tokens end, and what is kept of you is erased, with the workspace <strong>{names}</strong> and all its monitors. It cannot be undone.',
  deleteAccount: 'Delete the account',
  typeIt: 'Type {name} to confirm',
} as const;
