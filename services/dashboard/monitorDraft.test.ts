import assert from 'node:assert/strict';
import { validateManifest } from '../core/manifest/index.ts';
import {
  conditionOf,
  EMPTY_DRAFT,
  isAddress,
  manifestOf,
  nameOf,
  previewManifest,
  type MonitorDraft,
} from './web/src/parts/monitorDraft.ts';

const draft = (part: Partial<MonitorDraft> = {}): MonitorDraft => ({
  ...EMPTY_DRAFT,
  url: ' https://www.shop.example/ducks/24.html?color=blue ',
  prompt: 'the price',
  ...part,
});
const specOf = (part: Partial<MonitorDraft>): Record<string, unknown> =>
  manifestOf(draft(part), 'Europe/Berlin')['spec'] as Record<string, unknown>;

describe('a monitor that is not saved yet', () => {
  it('is named after its page until it is given a name', () => {
    assert.equal(nameOf(draft().url), 'shop-example-ducks-24-html');
    assert.deepEqual(manifestOf(draft({ name: 'mine' }), 'UTC')['metadata'], { name: 'mine' });
  });

  for (const url of [
    'https://日本.example/ä/ö',
    `https://a.example/${'x-'.repeat(60)}`,
    'http://1.example',
  ])
    it(`gets a name that is one, for ${url.slice(0, 24)}`, () => {
      assert.match(nameOf(url), /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
    });

  it('is looked at only where an address is whole', () => {
    for (const text of ['', 'https://', 'https://shop', 'ftp://shop.example', 'javascript:1'])
      assert.equal(isAddress(text), false, text);
    assert.ok(isAddress('https://shop.example'));
  });

  it('leaves out what was left empty', () => {
    assert.deepEqual(specOf({}), {
      sources: [{ name: 'page', url: 'https://www.shop.example/ducks/24.html?color=blue' }],
      schedule: { interval: '15m' },
      goal: { prompt: 'the price' },
    });
  });

  it('makes a manifest that the api takes, of every kind of condition', () => {
    const kinds = ['text', 'regex', 'number', 'percentChange'] as const;
    const conditions = kinds.map((kind, id) => {
      const condition = conditionOf(kind, { id, then: 'Require', value: '5' });
      return 'select' in condition ? { ...condition, select: '.price' } : condition;
    });
    const whole = manifestOf(
      draft({
        conditions,
        select: 'main',
        tags: 'shop, ducks,',
        channels: ['chat'],
        values: [{ id: 1, name: 'price', by: 'select', text: '.price', unit: '€' }],
        schedule: { kind: 'at', time: '09:00', days: [1] },
      }),
      'Europe/Berlin',
    );
    const validated = validateManifest(whole);
    assert.ok(validated.ok, JSON.stringify(validated));
    assert.ok(validated.object.kind === 'MonitorJob');
    const { tags, conditions: kept, values } = validated.object.spec;
    assert.deepEqual([tags, kept?.length], [['shop', 'ducks'], 4]);
    assert.deepEqual(values, [{ name: 'price', select: '.price', unit: '€' }]);
  });

  it('can be looked at before it has a goal', () => {
    assert.ok(validateManifest(previewManifest(draft({ prompt: '' }), 'UTC')).ok);
  });
});
