/** What an administrator did with an account, as a sentence. Pure. */

export interface AccountEvent {
  readonly at: string;
  readonly action: string;
  readonly actor: string;
  readonly byName: string | null;
  readonly askedBy: string | null;
  readonly reason: string | null;
}

const DONE: Readonly<Record<string, string>> = {
  'user.disable': 'shut you out',
  'user.enable': 'let you in again',
  'user.sign-out': 'signed you out everywhere and ended your tokens',
  'user.grant-admin': 'made you an administrator',
  'user.revoke-admin': 'made you an ordinary user again',
  'factors.reset': 'removed your second factors and ended your sessions',
  'account.export': 'took a copy of your account',
  'sign-in.link': 'made a link that signs in as you',
  'revoke-all': 'ended the sessions and tokens of everybody',
};

function nameOf({ actor, byName, askedBy }: AccountEvent): string {
  if (byName !== null) return byName;
  if (actor.startsWith('user:')) return 'Somebody who has no account any more';
  const place = actor === 'kubectl' ? 'by kubectl' : 'on the machine';
  return askedBy === null ? `An administrator ${place}` : `${askedBy} (${place})`;
}

/** Such as "Ann shut you out: left the company". */
export function accountEventWords(event: AccountEvent): string {
  const done = DONE[event.action] ?? `did something with your account (${event.action})`;
  const why = event.reason === null ? '' : `: ${event.reason}`;
  return `${nameOf(event)} ${done}${why}`;
}
