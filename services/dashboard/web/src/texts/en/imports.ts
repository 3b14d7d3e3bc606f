/** Bringing in monitors of other programs. */
export const imports = {
  title: 'Import monitors',
  viewer: 'Whoever only views the workspace cannot create monitors.',
  create: 'Create {count, number}',
  file: 'File',
  program: 'Program',
  findOut: 'Find out',
  urlwatch: 'urlwatch or webchanges',
  reading: 'Reading …',
  show: 'Show what it becomes',
  which:
    'A <code>url-watches.json</code> out of a backup of changedetection.io, the jobs of urlwatch or webchanges, a JSON backup of Uptime Kuma, or manifests. Nothing is created yet.',
  empty: 'The file is empty.',
  tooLarge:
    'The file has more than 240 KB. Split it, or run npx duckmon import FILE, which takes larger ones.',
  summary: '{count, plural, one {# entry} other {# entries}} of {program}: {parts}.',
  parts: {
    created: '{count, number} created',
    new: '{count, number} can be created',
    taken: '{count, number} left alone, because the name is taken',
    refused: '{count, number} refused',
    skipped: '{count, number} skipped',
    nothing: 'nothing can be made of it',
  },
  entries: 'Entries',
  skipped: 'Skipped',
  wholeFile: 'The whole file',
  createOne: 'Create {name}',
  states: { created: 'created', taken: 'exists already', refused: 'refused' },
  notes: {
    leftOut: 'Left out <code>{field}</code>: {words}',
    changed: 'Changed <code>{field}</code>: {words}',
  },
} as const;
