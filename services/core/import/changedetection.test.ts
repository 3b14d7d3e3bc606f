import assert from 'node:assert/strict';
import { convertImport } from './index.ts';
import { watch, watches } from './testing/files.ts';

const specOf = (manifest: Readonly<Record<string, unknown>> | undefined) =>
  manifest?.['spec'] as Record<string, unknown>;

const one = (patch: Readonly<Record<string, unknown>> = {}) => {
  const report = convertImport(watches(watch(patch)), 'url-watches.json');
  const [object] = report.objects;
  assert.ok(object, JSON.stringify(report.skipped));
  const spec = specOf(object.manifest);
  return {
    object,
    spec,
    source: (spec['sources'] as Record<string, unknown>[])[0],
    /** Fields of which something is said. */
    noted: object.notes.map(({ field, what }) => `${what} ${field}`),
  };
};

describe('an import from changedetection.io', () => {
  it('makes a monitor of a watch, and says of an untouched one no more than that its goal is made up', () => {
    const { object, spec, noted } = one();
    assert.equal(object.name, 'duck-price');
    assert.equal(object.label, 'Duck: price');
    assert.deepEqual(spec, {
      description: 'Duck: price',
      sources: [{ name: 'page', url: 'https://shop.example/duck' }],
      schedule: { interval: '2h' },
      goal: { prompt: 'Tell me about every change of this page, and say what changed.' },
    });
    assert.deepEqual(noted, ['changed goal']);
  });

  it('finds out by itself whose file it is: a backup, watches by their ids, or one watch', () => {
    for (const text of [
      watches(watch()),
      JSON.stringify({ 'id-1': watch() }),
      JSON.stringify(watch()),
      JSON.stringify([watch()]),
    ]) {
      const { from, objects } = convertImport(text, 'x.json');
      assert.deepEqual([from, objects.length], ['changedetection', 1]);
    }
  });

  it('takes the interval of the installation where the watch has none of its own', () => {
    assert.deepEqual(one({ time_between_check_use_default: true }).spec['schedule'], {
      interval: '6h',
    });
  });

  it('says so when the default interval is not in the file', () => {
    const text = JSON.stringify(watch({ time_between_check_use_default: true }));
    const [object] = convertImport(text, 'watch.json').objects;
    assert.deepEqual(specOf(object?.manifest)['schedule'], { interval: '3h' });
    assert.ok(
      object?.notes.some(({ field, why }) => field === 'time_between_check' && /3h/.test(why)),
    );
  });

  it('makes a minute of less than a minute, and says so', () => {
    const { spec, noted } = one({ time_between_check: { seconds: 20 } });
    assert.deepEqual(spec['schedule'], { interval: '1m' });
    assert.ok(noted.includes('changed time_between_check'));
  });

  it('carries selectors over in the languages that both have', () => {
    const { source, noted } = one({
      include_filters: ['.price', 'xpath://main', '//article', 'json:$.items[*].price', 'jq:.a'],
      subtractive_selectors: ['.ads'],
    });
    assert.deepEqual(source?.['select'], {
      include: ['.price', 'xpath://main', 'xpath://article', 'jsonpath:$.items[*].price'],
      exclude: ['.ads'],
    });
    assert.equal(source?.['format'], 'Json');
    assert.ok(noted.includes('leftOut include_filters'));
  });

  it('masks whole lines that have an ignored text, whatever its case', () => {
    const { source } = one({ ignore_text: ['Page (c) 2024', '/visits: \\d+/'] });
    assert.deepEqual(source?.['ignore'], {
      text: ['.*(?i:Page \\(c\\) 2024).*', '.*(?:visits: \\d+).*'],
    });
  });

  it('tells only when one of the trigger texts is there, and none of the blocking ones', () => {
    const { spec } = one({
      trigger_text: ['in stock', '/\\d+ left/i'],
      text_should_not_be_present: ['sold out'],
    });
    assert.deepEqual(spec['conditions'], [
      {
        name: 'trigger-text',
        then: 'Require',
        regex: { pattern: '(?i:in stock)|(?i:\\d+ left)', side: 'Present' },
      },
      {
        name: 'text-not-there',
        then: 'Require',
        regex: { pattern: '(?i:sold out)', side: 'Absent' },
      },
    ]);
  });

  it('leaves out an expression that RE2 does not have, and says which', () => {
    const { spec, object } = one({ trigger_text: ['/(?=x)y/'] });
    assert.equal(spec['conditions'], undefined);
    assert.ok(
      object.notes.some(({ field, why }) => field === 'trigger_text' && why.includes('(?=x)y')),
    );
  });

  it('opens windows on the days that were open, over midnight as well', () => {
    const day = (enabled: boolean, start: string, hours: string) => ({
      enabled,
      start_time: start,
      duration: { hours, minutes: '30' },
    });
    const { spec } = one({
      time_schedule_limit: {
        enabled: true,
        timezone: 'Europe/Berlin',
        monday: day(true, '22:00', '4'),
        tuesday: day(false, '00:00', '24'),
        wednesday: day(true, '00:00', '24'),
        thursday: day(false, '', ''),
        friday: day(false, '', ''),
        saturday: day(false, '', ''),
        sunday: day(false, '', ''),
      },
    });
    assert.deepEqual(spec['schedule'], {
      interval: '2h',
      timeZone: 'Europe/Berlin',
      windows: [
        { kind: 'Allow', days: ['Mon'], from: '22:00', to: '02:30' },
        { kind: 'Allow', days: ['Wed'], from: '00:00', to: '00:00' },
      ],
    });
  });

  it('carries tags over by their titles', () => {
    assert.deepEqual(one({ tags: ['t1'], tag: 'old, new' }).spec['tags'], [
      'old',
      'new',
      'shops-more',
    ]);
  });

  it('carries steps over, with the selectors of both kinds', () => {
    const { source } = one({
      browser_steps: [
        { operation: 'Goto site', selector: '', optional_value: '' },
        { operation: 'Click element', selector: 'xpath=//button[1]', optional_value: '' },
        { operation: 'Wait for seconds', selector: '', optional_value: '5' },
        { operation: 'Enter text in field', selector: '#q', optional_value: 'duck' },
        { operation: 'Press Enter', selector: '', optional_value: '' },
      ],
    });
    assert.equal(source?.['fetch'], 'Browser');
    assert.deepEqual(source?.['steps'], [
      { click: { selector: 'xpath://button[1]' } },
      { wait: { duration: '5s' } },
      { type: { selector: '#q', value: 'duck' } },
      { press: 'Enter' },
    ]);
  });

  it('leaves all steps out and pauses the monitor when one of them cannot be done', () => {
    const { source, spec, noted } = one({
      browser_steps: [
        { operation: 'Click element', selector: '#go', optional_value: '' },
        { operation: 'Execute JS', selector: '', optional_value: 'alert(1)' },
      ],
    });
    assert.equal(source?.['steps'], undefined);
    assert.equal(spec['suspend'], true);
    assert.ok(noted.includes('leftOut browser_steps'));
  });

  it('copies no typed password, no secret header and no login of an address', () => {
    const { object, noted } = one({
      url: 'https://ann:hunter2@shop.example/duck',
      headers: { Authorization: 'Bearer hunter3', 'X-Api-Key': 'hunter4', Accept: 'text/html' },
      browser_steps: [
        { operation: 'Enter text in field', selector: '#password', optional_value: 'hunter5' },
      ],
      notification_urls: ['mailto://ann:hunter6@mail.example'],
    });
    assert.ok(!JSON.stringify(object).includes('hunter'));
    for (const field of [
      'url',
      'headers.Authorization',
      'headers.X-Api-Key',
      'browser_steps',
      'notification_urls',
    ])
      assert.ok(noted.includes(`leftOut ${field}`), field);
  });

  it('says something of every field that is set and has no place here', () => {
    const { noted } = one({
      extract_text: ['/a/'],
      webdriver_js_execute_code: 'x()',
      proxy: 'p',
      notification_muted: true,
      filter_text_removed: false,
      conditions: [{ field: 'page_text', operator: 'contains', value: 'a' }],
      a_field_of_tomorrow: 'yes',
    });
    assert.deepEqual(noted.filter((it) => it.startsWith('leftOut')).toSorted(), [
      'leftOut a_field_of_tomorrow',
      'leftOut conditions',
      'leftOut extract_text',
      'leftOut filter_text_removed',
      'leftOut notification_muted',
      'leftOut proxy',
      'leftOut webdriver_js_execute_code',
    ]);
  });

  it('skips a watch whose address is a template or no web page, and takes the others', () => {
    const { objects, skipped } = convertImport(
      watches(
        watch({ url: 'https://a.example/{{ now }}' }),
        watch({ url: 'ftp://a.example/' }),
        watch(),
      ),
      'x.json',
    );
    assert.equal(objects.length, 1);
    assert.deepEqual(
      skipped.map(({ why }) => why),
      [
        'url: is a template that is filled in at each check',
        'url: ftp://a.example/ is no http or https address',
      ],
    );
  });

  it('gives each monitor a name of its own', () => {
    const { objects } = convertImport(
      watches(watch(), watch(), watch({ title: 'Größe · 鴨' })),
      'x.json',
    );
    assert.deepEqual(
      objects.map(({ name }) => name),
      ['duck-price', 'duck-price-2', 'gro-e'],
    );
  });

  it('says once that history stays behind', () => {
    const { notes } = convertImport(watches(watch()), 'x.json');
    assert.deepEqual(
      notes.map(({ field }) => field),
      ['history'],
    );
  });
});
