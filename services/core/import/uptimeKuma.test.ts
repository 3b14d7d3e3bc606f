import assert from 'node:assert/strict';
import { convertImport } from './index.ts';
import { backup, keyword } from './testing/files.ts';

const one = (patch: Readonly<Record<string, unknown>> = {}) => {
  const { from, objects, skipped } = convertImport(backup(keyword(patch)), 'kuma.json');
  assert.equal(from, 'uptimeKuma');
  const [object] = objects;
  assert.ok(object, JSON.stringify(skipped));
  return {
    object,
    spec: object.manifest['spec'] as Record<string, unknown>,
    noted: object.notes.map(({ field, what }) => `${what} ${field}`),
  };
};

describe('an import from Uptime Kuma', () => {
  it('makes a keyword monitor a condition that tells when the keyword is gone', () => {
    const { object, spec, noted } = one();
    assert.equal(object.name, 'shop-is-open');
    assert.deepEqual(spec, {
      sources: [{ name: 'page', url: 'https://shop.example/', fetch: 'Http' }],
      schedule: { interval: '5m' },
      conditions: [
        { name: 'keyword', then: 'Alert', text: { contains: 'Add to cart', side: 'Absent' } },
      ],
    });
    assert.deepEqual(noted, ['changed keyword']);
  });

  for (const [patch, side] of [
    [{ invertKeyword: true }, 'Present'],
    [{ upsideDown: true }, 'Present'],
    [{ invertKeyword: true, upsideDown: true }, 'Absent'],
    [{ invertKeyword: 1 }, 'Present'],
  ] as const)
    it(`tells ${side} for ${JSON.stringify(patch)}`, () => {
      const [condition] = one(patch).spec['conditions'] as { text: { side: string } }[];
      assert.equal(condition?.text.side, side);
    });

  it('keeps a paused monitor paused', () => {
    assert.equal(one({ active: false }).spec['suspend'], true);
  });

  it('makes tags of its tags and its group', () => {
    const group = keyword({ id: 3, type: 'group', name: 'Web shops' });
    const child = keyword({ parent: 3, tags: [{ name: 'Prod', value: 'EU' }] });
    const { objects, skipped } = convertImport(backup(group, child), 'kuma.json');
    const spec = objects[0]?.manifest['spec'] as { tags: string[] } | undefined;
    assert.deepEqual(spec?.tags, ['web-shops', 'prod-eu']);
    assert.deepEqual(skipped, []);
  });

  it('sends what the monitor sent', () => {
    const { spec } = one({ method: 'POST', body: '{"a":1}', headers: '{"Accept":"text/html"}' });
    const [source] = spec['sources'] as Record<string, unknown>[];
    assert.deepEqual(source?.['http'], {
      method: 'POST',
      headers: [{ name: 'Accept', value: 'text/html' }],
      body: '{"a":1}',
    });
  });

  it('copies no password, and says what of the rest stays behind', () => {
    const { object, noted } = one({
      basic_auth_user: 'ann',
      basic_auth_pass: 'hunter2',
      maxretries: 3,
      resendInterval: 5,
      ignoreTls: true,
      accepted_statuscodes: ['200-299', '404'],
      notificationIDList: { 1: true },
      interval: 20,
    });
    assert.ok(!JSON.stringify(object).includes('hunter'));
    for (const field of [
      'basic_auth_pass',
      'maxretries',
      'resendInterval',
      'ignoreTls',
      'accepted_statuscodes',
      'notificationIDList',
    ])
      assert.ok(noted.includes(`leftOut ${field}`), field);
    assert.ok(noted.includes('changed interval'));
  });

  it('skips what watches servers, by its type', () => {
    const { objects, skipped } = convertImport(
      backup(keyword({ type: 'ping', name: 'router' })),
      'x',
    );
    assert.deepEqual(objects, []);
    assert.equal(skipped[0]?.label, 'router');
    assert.match(skipped[0]?.why ?? '', /^type: ping watches whether a server answers/);
  });

  it('says that notifications are not carried over when there are some', () => {
    const text = JSON.stringify({
      notificationList: [{ id: 1, config: '{}' }],
      monitorList: [keyword()],
    });
    assert.deepEqual(
      convertImport(text, 'x').notes.map(({ field }) => field),
      ['notificationList'],
    );
  });
});
