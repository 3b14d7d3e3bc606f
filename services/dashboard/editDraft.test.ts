import assert from 'node:assert/strict';
import { validateManifest } from '../core/manifest/index.ts';
import type { MonitorJob } from './web/src/objects.ts';
import { changedParts, draftOf, rebased, withDraft, zoneOf } from './web/src/parts/editDraft.ts';
import type { MonitorDraft } from './web/src/parts/monitorDraft.ts';

const manifest = {
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: { name: 'shop', labels: { team: 'a' } },
  spec: {
    suspend: true,
    description: 'mine',
    tags: ['shop', 'ducks'],
    goal: { prompt: 'prices', threshold: 60, kind: 'State' },
    schedule: { cron: '0 9 * * 1-5', timeZone: 'Asia/Tokyo', jitterPercent: 3 },
    sources: [
      {
        name: 'a',
        url: 'https://example.org/a',
        select: { include: ['main'], exclude: ['.ad'] },
        fetch: 'Browser',
      },
      { name: 'b', url: 'https://example.org/b', locale: 'de' },
    ],
    conditions: [
      { name: 'sold-out', then: 'Alert', text: { contains: 'sold out', side: 'Present' } },
      {
        name: 'fall',
        then: 'Require',
        percentChange: { select: '.price', op: 'Lt', value: '-5', within: '24h' },
      },
      { name: 'grows', then: 'Require', size: { op: 'Gt', percent: 5 } },
      { name: 'cheap', then: 'Alert', number: { select: '.price', op: 'Lt', value: '40' } },
    ],
    values: [
      { name: 'price', select: '.price', unit: '€' },
      { name: 'stock', regex: '(\\d+) left' },
    ],
    alerting: { channelRefs: [{ name: 'chat' }], cooldown: '5m' },
    judge: { model: 'some' },
  },
};
const job = manifest as unknown as MonitorJob;
const edit = (part: Partial<MonitorDraft>, of = job) =>
  withDraft(of, { ...draftOf(of), ...part }, 'Europe/Berlin').spec;

describe('a monitor that is edited', () => {
  it('stays as it is, to the last field, while nothing is changed', () => {
    assert.deepEqual(withDraft(job, draftOf(job), 'Europe/Berlin'), job);
    assert.deepEqual(changedParts(draftOf(job), draftOf(job)), []);
  });

  it('keeps what the form does not know of what is changed', () => {
    const spec = edit({
      prompt: ' stock ',
      select: '#price',
      url: 'https://example.org/c',
      channels: ['mail', 'chat'],
      schedule: { kind: 'every', amount: 2, unit: 'hours' },
      tags: '',
      description: '',
    });
    const { description: _description, tags: _tags, ...kept } = manifest.spec;
    assert.deepEqual(spec, {
      ...kept,
      goal: { prompt: 'stock', threshold: 60, kind: 'State' },
      schedule: { interval: '2h', timeZone: 'Asia/Tokyo', jitterPercent: 3 },
      sources: [
        {
          name: 'a',
          url: 'https://example.org/c',
          select: { include: ['#price'], exclude: ['.ad'] },
          fetch: 'Browser',
        },
        manifest.spec.sources[1],
      ],
      alerting: { channelRefs: [{ name: 'mail' }, { name: 'chat' }], cooldown: '5m' },
    });
  });

  it('keeps the names of its conditions, and those that the form cannot build', () => {
    const { conditions } = draftOf(job);
    assert.deepEqual(
      conditions.map(({ kind }) => kind),
      ['text', 'kept', 'kept', 'number'],
    );
    const spec = edit({
      conditions: [
        ...conditions.slice(1),
        { id: 9, then: 'Alert', kind: 'text', side: 'Appears', value: 'new' },
      ],
    });
    assert.deepEqual(spec.conditions, [
      ...manifest.spec.conditions.slice(1),
      { name: 'condition-1', then: 'Alert', text: { contains: 'new', side: 'Appears' } },
    ]);
  });

  it('loses a value that is taken out, and the field with the last one', () => {
    const { values } = draftOf(job);
    assert.deepEqual(edit({ values: values.slice(1) }).values, [manifest.spec.values[1]]);
    assert.equal('values' in edit({ values: [] }), false);
  });

  it('keeps its further pages, each at its place', () => {
    const spec = edit({ further: [{ name: 'b', url: ' https://example.org/d ' }] });
    assert.deepEqual(spec.sources[1], {
      name: 'b',
      url: 'https://example.org/d',
      locale: 'de',
    });
  });

  it('means times of day in its own zone, and those of a new time in that of the person', () => {
    const at = { kind: 'at', time: '10:00', days: [] } as const;
    assert.equal(edit({ schedule: at }).schedule.timeZone, 'Asia/Tokyo');
    const every = {
      ...job,
      spec: { ...job.spec, schedule: { interval: '5m', timeZone: 'UTC' } },
    };
    assert.equal(zoneOf(every.spec, 'Europe/Berlin'), 'Europe/Berlin');
    assert.deepEqual(edit({ schedule: at }, every).schedule, {
      cron: '0 10 * * *',
      timeZone: 'Europe/Berlin',
    });
  });

  it('takes its words from a ConfigMap until it is given words', () => {
    const promptFrom = { configMapKeyRef: { name: 'goals', key: 'shop' } };
    const of = { ...job, spec: { ...job.spec, goal: { promptFrom } } };
    assert.deepEqual(edit({ description: 'x' }, of).goal, { promptFrom });
    assert.deepEqual(edit({ prompt: 'mine' }, of).goal, { prompt: 'mine' });
  });

  it('makes a manifest that the api takes', () => {
    const edited = withDraft(job, { ...draftOf(job), prompt: 'stock' }, 'UTC');
    const validated = validateManifest({ ...edited });
    assert.ok(validated.ok, JSON.stringify(validated));
  });

  it('is put over what somebody else saved meanwhile, part by part', () => {
    const from = draftOf(job);
    const theirs = draftOf({ ...job, spec: { ...job.spec, tags: ['theirs'], description: 'new' } });
    const merged = rebased(from, { ...from, prompt: 'stock', tags: 'own' }, theirs);
    assert.deepEqual(
      [merged.prompt, merged.tags, merged.description, merged.url],
      ['stock', 'own', 'new', from.url],
    );
  });
});
