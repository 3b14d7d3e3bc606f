/** Monitors of benches and soaks, and the applying of them. */
import type { Installation } from '../../../services/local/testing/installation.ts';
import { expectContent } from './report.ts';

export interface MonitorOptions {
  readonly name: string;
  readonly url: string;
  readonly fetch?: 'Http' | 'Browser' | undefined;
  /** As `1h`; without one it becomes due once a month. */
  readonly interval?: string | undefined;
  /** Name of the channel that is told; the inbox without one. */
  readonly channel?: string | undefined;
}

/** The manifest of a monitor that watches one page. */
export const monitorOf = ({ name, url, fetch, interval, channel }: MonitorOptions): object => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: { name },
  spec: {
    sources: [{ name: 'page', url, fetch: fetch ?? 'Http' }],
    schedule: { interval: interval ?? '720h' },
    goal: { prompt: 'Tell me when the price changes.' },
    ...(channel === undefined
      ? {}
      : { alerting: { channelRefs: [{ name: channel }], cooldown: '0s', maxPerHour: 60 } }),
  },
});

interface ApplyAnswer {
  readonly results: readonly { readonly name: string; readonly action: string }[];
}

/**
 * Applies documents in one call.
 * @throws ContentError when one of them is refused.
 */
export async function apply(
  installation: Installation,
  documents: readonly object[],
): Promise<void> {
  const body = { documents, source: 'bench.yaml', manage: false };
  const { status, json } = await installation.call('POST', '/apply', body);
  const { results } = json as ApplyAnswer;
  const refused = results?.filter(({ action }) => action === 'refused') ?? [];
  expectContent(
    status === 200 && results.length === documents.length && refused.length === 0,
    `The api answered ${status} to ${documents.length} documents: ${JSON.stringify(refused[0] ?? json).slice(0, 300)}`,
  );
}
