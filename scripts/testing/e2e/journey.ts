/** From an empty cluster to an alert with its proof, as the README tells it. */
import assert from 'node:assert/strict';
import type { HookPost } from '../hook/server.ts';
import { NAMESPACE, TEAM, timed, until, type System } from './system.ts';
import { SIGNING_KEY } from './world.ts';

/** A channel to the receiver, and the Secret that it signs with. */
export const channelObjects = ({ world }: System): object[] => [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'team-hook', namespace: TEAM },
    stringData: { 'signing-key': SIGNING_KEY },
  },
  {
    apiVersion: 'mon.duckerhub.com/v1alpha1',
    kind: 'NotificationChannel',
    metadata: { name: 'team-hook', namespace: TEAM },
    spec: {
      type: 'Webhook',
      webhook: {
        url: new URL('duckmon', world.hook.url).href,
        signing: { secretRef: { name: 'team-hook', key: 'signing-key' } },
      },
    },
  },
];

/** A MonitorJob of the team on a page of the site. */
export const jobOf = (
  { world }: System,
  name: string,
  page: string,
  spec: object = {},
): object => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: { name, namespace: TEAM },
  spec: {
    sources: [{ name: 'page', url: `${world.site.url}/${page}`, fetch: 'Browser' }],
    schedule: { interval: '1h', jitterPercent: 0 },
    goal: { prompt: 'Tell me when a price changes.' },
    alerting: { cooldown: '0s', maxPerHour: 60, channelRefs: [{ name: 'team-hook' }] },
    ...spec,
  },
});

/** Waits until something of the team says that a condition is True. */
export const becomes = (system: System, what: string, condition: string): Promise<string> =>
  system.node.kubectl(['-n', TEAM, 'wait', `--for=condition=${condition}`, what, '--timeout=90s']);

/** Asks for a check of each now, as the annotation does. */
export const askForRuns = async ({ node }: System, names: readonly string[]): Promise<void> => {
  const wish = `mon.duckerhub.com/run-requested-at=${new Date().toISOString()}`;
  const monitors = names.map((name) => `mj/${name}`);
  await node.kubectl(['-n', TEAM, 'annotate', '--overwrite', ...monitors, wish]);
};

/** The posts about one monitor, oldest first. */
export const alertsOf = ({ world }: System, monitor: string): HookPost[] =>
  world.hook.posts.filter(({ json }) => json?.['monitor'] === monitor);

export function journey(given: () => System): void {
  it('is Ready after helm install: all workloads, keys, pools, and policies that are enforced', async () => {
    const system = given();
    await timed(system, 'helm install until Ready', () => system.install(system.values));
    const pods = await system.kubectl(['get', 'pods', '-o', 'json']);
    const { items } = JSON.parse(pods) as { items: { status: { phase: string } }[] };
    assert.ok(items.length >= 14, String(items.length));
    assert.ok(items.every(({ status }) => ['Running', 'Succeeded'].includes(status.phase)));
    for (const condition of ['KeysCurrent', 'NetworkPolicyEnforced', 'Sandboxed'])
      await system.kubectl([
        'wait',
        `--for=condition=${condition}`,
        'mplat/default',
        '--timeout=90s',
      ]);
  });

  it('checks a page, judges what changed, and delivers it with its quote to a channel', async () => {
    const system = given();
    const { world } = system;
    await timed(system, 'from kubectl apply to the first alert', async () => {
      await system.apply(...channelObjects(system), jobOf(system, 'shop', 'static'));
      await becomes(system, 'nch/team-hook', 'Ready');
      await becomes(system, 'mj/shop', 'Ready');
      await becomes(system, 'mj/shop', 'Healthy');
      world.site.advance('static');
      await system.monitor('run', 'shop', '-n', TEAM, '--wait');
      await until('the alert', async () => alertsOf(system, 'shop')[0]);
    });
    const [alert] = alertsOf(system, 'shop');
    assert.ok(alert && alert.signature !== 'unsigned' && alert.signature.ok);
    const { verdict, claims } = alert.json as {
      verdict: string;
      claims: { quote: string; before: string; after: string }[];
    };
    assert.equal(verdict, 'match');
    assert.match(claims[0]?.quote ?? '', /^Price: EUR \d+\.00$/);
    assert.ok(world.model.requests.length > 0, 'a model was asked');
    assert.equal(alertsOf(system, 'shop').length, 1);
  });

  it('passes helm test: the api, the forbidden connection, and a MonitorJob', async () => {
    const system = given();
    const said = await system.helm.run(['test', 'duckmon', '-n', NAMESPACE, '--logs']);
    assert.match(said, /forbidden: not opened/);
    assert.match(said, /a good MonitorJob: 201/);
    assert.doesNotMatch(said, /Phase:\s+Failed/);
  });
}
