/** Pages that links in mails open. */
export const links = {
  acknowledged: 'Acknowledged: {title}',
  toFindings: 'To the findings',
  askAcknowledge: 'Acknowledge this finding? Reminders about it stop.',
  confirmed: 'Confirmed: {address} gets alerts of the workspace {workspace} ({channels}).',
  eachHasLink: 'Each mail has a link to unsubscribe. You can close this page.',
  askConfirm: 'Do you want alerts by mail?',
  whatThisIs:
    'duckmon watches web pages and tells people what changed. Somebody added your address to the recipients. Nothing is sent to you unless you confirm.',
  confirm: 'Yes, send me alerts',
  orClose: 'If you do not want them, close this page.',
  noInvitations: 'Done: no more invitations are mailed to this address. You can close this page.',
  unsubscribed:
    'Done: {address} gets no more mail of the channel {channel}. You can close this page.',
  askUnsubscribe: 'Stop these mails?',
  whatOfInvitations: 'You get no more invitations by mail to this address, of whatever workspace.',
  whatOfChannel: 'You get no more mail of this channel to this address, no reminders either.',
  unsubscribe: 'Unsubscribe',
} as const;
