/** Feeds of findings. */
export const feeds = {
  account: 'Account',
  title: 'Feeds',
  about:
    'Feed readers get the findings of this workspace by a secret address. A feed of one monitor is made on its page.',
  none: 'You have no feeds here.',
  all: 'All monitors',
  read: 'made <made></made>, read <read></read>',
  neverRead: 'made <made></made>, never read',
  end: 'End',
  make: 'Make a feed',
  makeAll: 'Make a feed of all monitors',
  new: 'New feed',
  keep: 'Keep the address of the feed of {monitor}',
  keepAll: 'Keep the address of the feed of all monitors',
  once: 'It is shown this once. Whoever has it can read the findings: give it to your reader alone.',
  copy: 'Copy {format}',
  kept: 'I have kept it',
} as const;
