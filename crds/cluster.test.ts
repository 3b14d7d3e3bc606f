/** The CRDs on a real API server: it takes them, and each of their rules, passing and failing. */
import assert from 'node:assert/strict';
import { stringify } from 'yaml';
import { useClusterWithCrds, useNamespace } from '../scripts/testing/cluster/hooks.ts';
import type { Transport } from '../services/core/kube/transport.ts';
import type { ManifestObject, ManifestValue } from '../services/core/manifest/documents.ts';
import {
  channelSamples,
  durationMessage,
  jobDurations,
  jobSamples,
  type RuleSample,
} from '../services/core/manifest/testing/ruleSamples.ts';
import {
  channel,
  job,
  mailChannel,
  type Changes,
} from '../services/core/manifest/testing/samples.ts';
import { validateManifest } from '../services/core/manifest/validate.ts';
import {
  llmPool,
  platform,
  platformDurations,
  platformSamples,
  pool,
  poolDurations,
  poolSamples,
  type DurationSample,
} from './testing/samples.ts';
import { serverOf, transportOf, type Server } from './testing/server.ts';

const TIMEOUT_MS = 60_000;

describe('crds on a real API server', function () {
  this.timeout(TIMEOUT_MS);
  const cluster = useClusterWithCrds();
  let transport: Transport;
  before(() => (transport = transportOf(cluster())));
  after(() => transport.close());

  function describeRules(
    kind: string,
    base: (changes: Changes) => ManifestValue,
    samples: readonly RuleSample[],
    durations: readonly DurationSample[],
  ): void {
    describe(`rules of the ${kind}`, () => {
      // Nothing is kept, so that one namespace serves all.
      const ask = (manifest: ManifestValue) => serverOf(transport, 'default').refusal(manifest);
      for (const { rule, make, passes, fails, at, says } of samples)
        it(`G11 '${rule}' passes ${JSON.stringify(passes)} and refuses ${JSON.stringify(fails)}`, async () => {
          const isName = at === 'metadata.name';
          // The server itself refuses names that are not even DNS names, in its own words.
          const wrong = isName ? { 'metadata.name': 'two.words' } : fails;
          assert.equal(await ask(make(passes)), undefined);
          const causes = (await ask(make(wrong))) ?? assert.fail('was taken');
          const told = causes.filter(({ message }) =>
            message?.endsWith(isName ? rule : (says ?? rule)),
          );
          const fields = told.map(({ field }) => field);
          assert.deepEqual(fields, [isName ? '<nil>' : at], JSON.stringify(causes));
        });
      for (const [path, from, to, below, above] of durations)
        it(`G11 ${path} is a duration from ${from} to ${to}, and a bad one gets one message`, async () => {
          const cron = path.startsWith('spec.timeouts')
            ? { 'spec.schedule': { cron: '0 9 * * *' } }
            : {};
          for (const value of [from, to])
            assert.equal(await ask(base({ ...cron, [path]: value })), undefined, value);
          for (const value of [below, above, '1.5h', 'soon']) {
            const causes = await ask(base({ ...cron, [path]: value }));
            assert.deepEqual(
              causes?.map(({ field }) => field),
              [path],
              value,
            );
            assert.ok(causes?.[0]?.message?.endsWith(durationMessage(from, to)), value);
          }
        });
    });
  }

  describeRules('MonitorJob', job, jobSamples, jobDurations);
  describeRules('NotificationChannel', channel, channelSamples, []);
  describeRules('WorkerPool', pool, poolSamples, poolDurations);
  describeRules('MonitorPlatform', platform, platformSamples, platformDurations);

  describe('with objects', () => {
    const namespace = useNamespace(cluster);
    const server = (): Server => serverOf(transport, namespace());

    it('G11 refuses to change the type of a channel and the role of a pool', async () => {
      const what = server();
      await what.keep(channel());
      await what.keep(pool());
      for (const [manifest, field] of [
        [mailChannel(), 'spec.type'],
        [llmPool(), 'spec.role'],
      ] as const) {
        const [cause] = (await what.refusalOfEdit(manifest)) ?? assert.fail('was taken');
        assert.equal(cause?.field, field);
        assert.match(cause?.message ?? '', /cannot be changed; create another/);
      }
      assert.equal(await what.refusalOfEdit(pool({ 'spec.replicas': 2 })), undefined);
    });

    it('E10 refuses a namespace in a reference, when fields are validated strictly', async () => {
      const reference = { name: 's', key: 'k', namespace: 'team-b' };
      const spoofed = channel({
        'spec.type': 'Slack',
        'spec.webhook': undefined,
        'spec.slack': { secretRef: reference },
      });
      await assert.rejects(
        cluster().kubectl(['-n', namespace(), 'apply', '-f', '-'], JSON.stringify(spoofed)),
        /unknown field "spec\.slack\.secretRef\.namespace"/,
      );
      const { spec } = (await server().stored(spoofed)) as {
        spec: { slack: { secretRef: object } };
      };
      assert.deepEqual(spec.slack.secretRef, { name: 's', key: 'k' });
    });

    it('E10 refuses a namespace in the reference to a pool', async () => {
      const poolRef = { name: 'mine', namespace: 'team-b' };
      const spoofed = job({ 'spec.isolation': { level: 'Dedicated', poolRef } });
      await assert.rejects(
        cluster().kubectl(['-n', namespace(), 'apply', '-f', '-'], JSON.stringify(spoofed)),
        /unknown field "spec\.isolation\.poolRef\.namespace"/,
      );
      const { spec } = (await server().stored(spoofed)) as { spec: { isolation: object } };
      assert.deepEqual(spec.isolation, { level: 'Dedicated', poolRef: { name: 'mine' } });
    });

    it('defect: takes the word Off, also in a manifest of YAML', async () => {
      const manifests = [
        pool({ 'spec.autoscaling.mode': 'Off' }),
        platform({ 'spec.pools.browser.autoscaling.mode': 'Off' }),
        job({ 'spec.sources[0].consent': 'Off' }),
      ];
      for (const manifest of manifests)
        assert.equal(await server().refusal(manifest), undefined, JSON.stringify(manifest));
      const yaml = stringify(manifests[0], { version: '1.1' });
      await cluster().kubectl(['-n', namespace(), 'apply', '-f', '-'], yaml);
    });

    it('fills in the same defaults as local mode', async () => {
      for (const manifest of [job(), channel(), mailChannel()]) {
        const result = validateManifest(manifest);
        const local = result.ok
          ? (result.object as ManifestObject & { spec: object })
          : assert.fail();
        assert.deepEqual((await server().stored(manifest))['spec'], local.spec);
      }
    });

    it('prints what people look for', async () => {
      const what = server();
      for (const manifest of [job(), channel(), pool(), platform()]) await what.keep(manifest);
      const get = (...args: string[]) => cluster().kubectl(['-n', namespace(), 'get', ...args]);
      const header = (table: string): string[] => (table.split('\n')[0] ?? '').trim().split(/\s+/);
      assert.deepEqual(header(await get('mj')), [
        'NAME',
        'SCHEDULE',
        'READY',
        'HEALTHY',
        'LAST',
        'OUTCOME',
        'NEXT',
        'AGE',
      ]);
      assert.match(await get('mj'), /plan-prices\s+15m/);
      assert.deepEqual(header(await get('mj', '-o', 'wide')).slice(0, 3), [
        'NAME',
        'SCHEDULE',
        'GOAL',
      ]);
      assert.deepEqual(header(await get('wp')), [
        'NAME',
        'ROLE',
        'WANTED',
        'PODS',
        'SLOTS',
        'NEEDED',
        'READY',
        'SANDBOXED',
        'AGE',
      ]);
      assert.deepEqual(header(await get('mplat')), [
        'NAME',
        'VERSION',
        'READY',
        'KEYS',
        'NETWORK',
        'SANDBOXED',
        'MONITORS',
        'AGE',
      ]);
      const all = await get('monitors', '-o', 'name');
      assert.equal(all.trim().split('\n').length, 4, all);
    });

    it('scales a pool through its scale subresource', async () => {
      await server().keep(pool());
      const kubectl = (...args: string[]) => cluster().kubectl(['-n', namespace(), ...args]);
      await kubectl('scale', 'wp/shared', '--replicas=3');
      assert.equal(await kubectl('get', 'wp', 'shared', '-o', 'jsonpath={.spec.replicas}'), '3');
    });

    it('explains every field of each kind in our words', async () => {
      for (const kind of ['mj', 'nch', 'wp', 'mplat']) {
        const said = await cluster().kubectl(['explain', '--recursive', `${kind}.spec`]);
        assert.match(said, /FIELDS:/);
        assert.doesNotMatch(said, /<no description>|<empty>/);
      }
      const said = await cluster().kubectl(['explain', 'wp.spec.autoscaling.min']);
      assert.match(said, /Least number of pods\. From 0 to 100\. Default: 1\./);
    });

    it('takes status with conditions, pool and plan only through the status subresource', async () => {
      await server().keep(job());
      const status = {
        pool: { namespace: 'duckmon', name: 'shared' },
        plan: ['Would bind to pool duckmon/shared'],
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'Ready',
            message: '',
            lastTransitionTime: '2026-11-25T12:00:00Z',
          },
        ],
      };
      const patch = (...more: string[]) =>
        cluster().kubectl([
          '-n',
          namespace(),
          'patch',
          'mj',
          'plan-prices',
          '--type=merge',
          '-p',
          JSON.stringify({ status }),
          ...more,
        ]);
      const stored = () =>
        cluster().kubectl([
          '-n',
          namespace(),
          'get',
          'mj',
          'plan-prices',
          '-o',
          'jsonpath={.status}',
        ]);
      await patch();
      assert.equal(await stored(), '');
      await patch('--subresource=status');
      assert.deepEqual(JSON.parse(await stored()), status);
    });
  });
});
