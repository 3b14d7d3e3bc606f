/** Personal workspaces on a real API server: persons who share a namespace and nothing else. */
import assert from 'node:assert/strict';
import type { ManifestValue } from '../../../../../services/core/manifest/documents.ts';
import {
  changed,
  channel,
  job,
  type Changes,
} from '../../../../../services/core/manifest/testing/samples.ts';
import { LABELS } from '../../../names.ts';
import { until } from '../../../testing/until.ts';
import { conditionOf, useWorld } from '../../../testing/world.ts';

const ANN = 'u-00000000000000a1';
const BOB = 'u-00000000000000b2';

/** A manifest as the api writes it for a person. */
const of = (workspace: string, name: string, manifest: ManifestValue): ManifestValue =>
  changed(manifest, {
    'metadata.name': `${workspace}-${name}`,
    'metadata.labels': { [LABELS.workspace]: workspace, team: 'x' },
  });
const telling = (name: string, changes: Changes = {}): ManifestValue =>
  job({ 'spec.alerting.channelRefs': [{ name }], ...changes });
const signedBy = (name: string): ManifestValue =>
  channel({ 'spec.webhook.signing': { secretRef: { name, key: 'key' } } });

describe('personal workspaces on a real API server', function () {
  this.timeout(60_000);
  const world = useWorld();
  beforeEach(() => world().start({ usersNamespace: world().namespace }));

  const sent = (at: string) => until(at, () => world().scheduler.monitors.get(at));
  const channelSays = (name: string, reason: string) =>
    until(`Ready with the reason ${reason}`, async () => {
      const ready = conditionOf(await world().channel(name), 'Ready');
      return ready?.reason === reason ? ready : undefined;
    });

  it('are what the scheduler is told of, by the names that the person knows', async () => {
    await world().apply(of(ANN, 'ops', channel()), of(ANN, 'shop', telling('ops')));
    await world().condition('Accepted', 'Accepted', `${ANN}-shop`);
    const projected = await sent(`${ANN}/shop`);
    assert.deepEqual(projected.spec['alerting'], (await world().job(`${ANN}-shop`)).spec.alerting);
    assert.deepEqual(projected.labels, { team: 'x' });
    await until('the channel', () => world().scheduler.channels.get(`${ANN}/ops`));
  });

  it('E10 E1 find no channel of another person, nor one that is nobody’s', async () => {
    await world().apply(
      of(BOB, 'ops', channel()),
      channel({ 'metadata.name': 'ops' }),
      channel({ 'metadata.name': `${ANN}-ops` }),
      of(ANN, 'shop', telling('ops')),
      of(ANN, 'flat', telling(`${BOB}-ops`)),
    );
    for (const [name, wanted] of [
      ['shop', 'ops'],
      ['flat', `${BOB}-ops`],
    ] as const) {
      const { message } = await world().condition('Accepted', 'ChannelNotFound', `${ANN}-${name}`);
      const said = `spec.alerting names the channel ${wanted}, which is not in your workspace; apply it, or remove the reference.`;
      assert.equal(message, said);
    }
  });

  it('E10 are told within seconds when a channel gets or loses their label', async () => {
    await world().apply(of(ANN, 'ops', channel()), of(ANN, 'shop', telling('ops')));
    await world().condition('Accepted', 'Accepted', `${ANN}-shop`);
    const label = (value: string): Promise<string> =>
      world().kubectl('label', '--overwrite', 'notificationchannel', `${ANN}-ops`, value);
    await label(`${LABELS.workspace}=${BOB}`);
    await world().condition('Accepted', 'ChannelNotFound', `${ANN}-shop`);
    await label(`${LABELS.workspace}=${ANN}`);
    await world().condition('Accepted', 'Accepted', `${ANN}-shop`);
  });

  it('E10 take no prompt from a ConfigMap of another person', async () => {
    const promptFrom = { configMapKeyRef: { name: 'goals', key: 'terms' } };
    const goals = (labels: Record<string, string>): ManifestValue => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${ANN}-goals`, labels },
      data: { terms: 'Tell me of prices.' },
    });
    await world().apply(
      goals({ [LABELS.workspace]: BOB }),
      of(ANN, 'shop', job({ 'spec.goal': { promptFrom } })),
    );
    const { message } = await world().condition('Accepted', 'ConfigMapNotFound', `${ANN}-shop`);
    assert.match(message, /the key terms of the ConfigMap goals, which is not in your workspace/);
    await world().apply(goals({ [LABELS.workspace]: ANN }));
    // Nobody watches ConfigMaps of people: a touch of the job has it read at once.
    await world().kubectl('annotate', 'monitorjob', `${ANN}-shop`, 'touched=yes');
    await world().condition('Accepted', 'Accepted', `${ANN}-shop`);
    const { spec } = await sent(`${ANN}/shop`);
    assert.equal((spec['goal'] as { prompt: string }).prompt, 'Tell me of prices.');
  });

  it('E10 send through no Secret of another person, and nobody looks whether there is one', async () => {
    await world().apply(
      of(ANN, 'own', signedBy(`duckmon-user-${ANN}-hook`)),
      of(ANN, 'ops', signedBy(`duckmon-user-${BOB}-hook`)),
    );
    await channelSays(`${ANN}-own`, 'Ready');
    const { message } = await channelSays(`${ANN}-ops`, 'Invalid');
    assert.match(message, /^spec\.webhook\.signing\.secretRef\.name must begin with duckmon-user-/);
    assert.ok(world().scheduler.channels.get(`${ANN}/own`));
    assert.equal(world().scheduler.channels.get(`${ANN}/ops`), undefined);
  });

  it('E1 may call their objects the same, and one that ends leaves the other', async () => {
    for (const who of [ANN, BOB]) await world().apply(of(who, 'shop', job()));
    for (const who of [ANN, BOB]) await sent(`${who}/shop`);
    await world().kubectl('delete', 'monitorjob', `${BOB}-shop`);
    await until('the end', () =>
      world().scheduler.monitors.has(`${BOB}/shop`) ? undefined : true,
    );
    assert.ok(world().scheduler.monitors.has(`${ANN}/shop`));
  });
});
