/** Small valid manifests for tests, and ways to change one field of them. */
import type { ManifestValue } from '../documents.ts';
import { pathKeys } from '../problem.ts';
import { type ManifestResult, validateManifest } from '../validate.ts';

/** New values by path, such as `{'spec.sources[0].url': 'x'}`; undefined removes the field. */
export type Changes = Readonly<Record<string, unknown>>;

function set(target: ManifestValue, path: string, value: unknown): void {
  const keys = pathKeys(path);
  const last = keys.pop();
  let node: Record<string | number, unknown> = target;
  for (const key of keys) {
    node[key] ??= {};
    node = node[key] as Record<string | number, unknown>;
  }
  if (last === undefined) return;
  if (value === undefined) delete node[last];
  else node[last] = value;
}

/** A copy of a manifest with other values. */
export function changed(base: ManifestValue, changes: Changes): ManifestValue {
  const copy = structuredClone(base);
  for (const [path, value] of Object.entries(changes)) set(copy, path, structuredClone(value));
  return copy;
}

/** The smallest useful MonitorJob. */
export const job = (changes: Changes = {}): ManifestValue =>
  changed(
    {
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'MonitorJob',
      metadata: { name: 'plan-prices' },
      spec: {
        sources: [{ name: 'pricing', url: 'https://example.org/pricing' }],
        schedule: { interval: '15m' },
        goal: { prompt: 'Tell me when a price changes.' },
      },
    },
    changes,
  );

/** A signed webhook. */
export const channel = (changes: Changes = {}): ManifestValue =>
  changed(
    {
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'NotificationChannel',
      metadata: { name: 'ops' },
      spec: { type: 'Webhook', webhook: { url: 'https://hooks.example.org/x' } },
    },
    changes,
  );

/** A mail channel. */
export const mailChannel = (changes: Changes = {}): ManifestValue =>
  channel({
    'spec.type': 'Email',
    'spec.webhook': undefined,
    'spec.email': { to: ['ops@example.org'] },
    ...changes,
  });

export const secret = (changes: Changes = {}): ManifestValue =>
  changed(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'hook' },
      stringData: { key: 'value' },
    },
    changes,
  );

export const configMap = (changes: Changes = {}): ManifestValue =>
  changed(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'goals' }, data: { terms: 'x' } },
    changes,
  );

/** The problems of a manifest as `path: message` lines; empty when it is valid. */
export function problemsOf(manifest: ManifestValue, old?: { kind: string }): string[] {
  const result: ManifestResult = validateManifest(manifest, old);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}
