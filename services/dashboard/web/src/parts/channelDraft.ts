/** A channel that is not saved yet, as the form holds it, and the manifests that it makes. Pure. */

export const CHANNEL_TYPES = ['Email', 'Slack', 'Teams', 'Webhook'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

export interface ChannelDraft {
  readonly name: string;
  readonly type: ChannelType;
  /** Mail addresses with commas or spaces between them, or an address of the web. */
  readonly to: string;
}

const KEY = 'url';
const secretName = (channel: string): string => `${channel}-url`;

function settingsOf({ name, type, to }: ChannelDraft): Record<string, unknown> {
  switch (type) {
    case 'Email':
      return { email: { to: to.split(/[\s,;]+/).filter((address) => address !== '') } };
    case 'Webhook':
      return { webhook: { url: to.trim() } };
    case 'Slack':
    case 'Teams':
      return { [type.toLowerCase()]: { secretRef: { name: secretName(name), key: KEY } } };
    default:
      return type satisfies never;
  }
}

/** What is applied: the channel, after the secret that it names. */
export function channelDocuments(draft: ChannelDraft): Record<string, unknown>[] {
  const { name, type, to } = draft;
  const channel = {
    apiVersion: 'mon.duckerhub.com/v1alpha1',
    kind: 'NotificationChannel',
    metadata: { name },
    spec: { type, ...settingsOf(draft) },
  };
  if (type === 'Email' || type === 'Webhook') return [channel];
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName(name) },
    stringData: { [KEY]: to.trim() },
  };
  return [secret, channel];
}

export interface ApplyResult {
  readonly kind: string;
  readonly name: string;
  readonly action: string;
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

/** What was refused, in words; empty when all was taken. */
export const refusals = (results: readonly ApplyResult[]): string[] =>
  results
    .filter(({ action }) => action === 'refused')
    .flatMap(({ kind, problems = [] }) =>
      problems.map(({ path, message }) => `${kind} ${path}: ${message}`),
    );
