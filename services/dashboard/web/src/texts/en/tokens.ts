/** Tokens of programs. */
export const tokens = {
  account: 'Account',
  title: 'Tokens',
  about: 'Programs use them in your name, in this workspace alone.',
  none: 'You have no tokens here.',
  made: 'made <made></made>',
  used: 'used <used></used>',
  neverUsed: 'never used',
  ends: 'ends {day}',
  neverEnds: 'never ends',
  end: 'End',
  copied:
    'Somebody else had a copy of what this token gave out: a refresh token of it was used a second time <at></at>. What came of that was ended. Find out where the copy comes from, end this token, and give the program another.',
  scopes: { read: 'read', write: 'write', admin: 'admin' },
  make: {
    title: 'Make a token',
    name: 'What it is for',
    scope: 'What it may do',
    button: 'Make',
    ends: 'It ends after 90 days.',
  },
  shown: {
    title: 'New token',
    keep: 'Keep the token {name}',
    once: 'It is shown this once.',
    copy: 'Copy',
    kept: 'I have kept it',
  },
} as const;
