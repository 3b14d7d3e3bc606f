import assert from 'node:assert/strict';
import { stringify } from 'yaml';
import { validateManifest } from '../manifest/index.ts';
import { convertImport } from './index.ts';
import { tellChannel } from './tell.ts';
import { backup, keyword, watch, watches } from './testing/files.ts';

const refsOf = (manifest: Readonly<Record<string, unknown>>): unknown =>
  (manifest['spec'] as { alerting?: { channelRefs?: unknown } }).alerting?.channelRefs;

describe('imported monitors that tell a channel', () => {
  const told = (text: string) => tellChannel(convertImport(text, 'file'), 'ops');

  it('name it, by manifests that are valid, and their notes say so', () => {
    for (const text of [watches(watch()), backup(keyword()), 'url: https://a.example/\n']) {
      const [one] = told(text).objects;
      assert.ok(one && validateManifest(one.manifest).ok);
      assert.deepEqual(refsOf(one.manifest), [{ name: 'ops' }]);
      assert.deepEqual(one.notes.at(-1), {
        field: 'alerting.channelRefs',
        what: 'changed',
        why: 'it tells the channel ops',
        todo: '',
      });
    }
  });

  it('leave nothing to be done about the notifications of before, which are still reported', () => {
    const text = watches(watch({ notification_urls: ['mailto:a@b.example'] }));
    const note = (report: ReturnType<typeof told>) =>
      report.objects[0]?.notes.find(({ field }) => field === 'notification_urls');
    assert.match(note(convertImport(text, 'file'))?.todo ?? '', /create a channel/);
    assert.deepEqual([note(told(text))?.what, note(told(text))?.todo], ['leftOut', '']);
    const kuma = backup(keyword({ notificationIDList: { 1: true } }), { notificationList: [{}] });
    assert.doesNotMatch(JSON.stringify(told(kuma)), /create a channel/);
  });

  it('stay silent when they were muted', () => {
    const [one] = told(watches(watch({ notification_muted: true }))).objects;
    assert.ok(one && refsOf(one.manifest) === undefined);
    assert.match(one.notes.at(-1)?.why ?? '', /muted/);
  });

  it('keep the channels that they name, and channels stay as they are', () => {
    const { manifest } = convertImport(watches(watch()), 'file').objects[0] ?? assert.fail();
    const spec = manifest['spec'] as object;
    const own = { ...manifest, spec: { ...spec, alerting: { channelRefs: [{ name: 'mine' }] } } };
    const hook = {
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'NotificationChannel',
      metadata: { name: 'hook' },
      spec: { type: 'Webhook', webhook: { url: 'https://hooks.example.org/' } },
    };
    const [channel, job] = told(`${stringify(hook)}---\n${stringify(own)}`).objects;
    assert.ok(job && channel);
    assert.deepEqual(refsOf(job.manifest), [{ name: 'mine' }]);
    assert.match(job.notes.at(-1)?.why ?? '', /names channels itself/);
    assert.deepEqual([channel.manifest, channel.notes], [hook, []]);
  });
});
