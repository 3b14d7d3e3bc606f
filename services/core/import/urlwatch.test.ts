import assert from 'node:assert/strict';
import { convertImport, ImportError } from './index.ts';

const read = (text: string) => convertImport(text, 'urls.yaml');
const one = (text: string) => {
  const { from, objects, skipped } = read(text);
  assert.equal(from, 'urlwatch');
  const [object] = objects;
  assert.ok(object, JSON.stringify(skipped));
  const spec = object.manifest['spec'] as Record<string, unknown>;
  return {
    object,
    spec,
    source: (spec['sources'] as Record<string, unknown>[])[0],
    noted: object.notes.map(({ field, what }) => `${what} ${field}`),
  };
};

describe('an import from urlwatch and webchanges', () => {
  it('makes a monitor of each document, checked each hour', () => {
    const report = read(
      'name: First\nurl: https://a.example/\n---\nurl: https://b.example/x\n---\n',
    );
    assert.deepEqual(
      report.objects.map(({ name }) => name),
      ['first', 'b-example-x'],
    );
    const spec = report.objects[0]?.manifest['spec'] as Record<string, unknown> | undefined;
    assert.deepEqual(spec?.['schedule'], { interval: '1h' });
    assert.deepEqual(
      report.notes.map(({ field }) => field),
      ['schedule'],
    );
  });

  it('reads pages with the browser for navigate and use_browser', () => {
    assert.equal(one('navigate: https://a.example/').source?.['fetch'], 'Browser');
    assert.equal(one('url: https://a.example/\nuse_browser: yes').source?.['fetch'], 'Browser');
    assert.equal(one('url: https://a.example/').source?.['fetch'], undefined);
  });

  it('carries over the filters that choose and mask', () => {
    const { source, noted } = one(`
url: https://a.example/
filter:
  - css:
      selector: main
      exclude: .ads
  - element-by-id: price
  - xpath: //h1/text()
  - html2text
  - re.sub: 'visits: \\d+'
  - delete_lines_containing: {text: 'c++'}
  - strip
`);
    assert.deepEqual(source?.['select'], {
      include: ['main', '[id="price"]', 'xpath://h1'],
      exclude: ['.ads'],
    });
    assert.deepEqual(source?.['ignore'], { text: ['visits: \\d+', '.*(?:c\\+\\+).*'] });
    assert.deepEqual(
      noted.filter((it) => it.startsWith('leftOut')),
      [],
    );
  });

  it('reads the old form of filters', () => {
    assert.deepEqual(
      one('url: https://a.example/\nfilter: css:#main,html2text,strip').source?.['select'],
      {
        include: ['#main'],
      },
    );
  });

  it('says which filters stay behind, and what to do', () => {
    const { noted } = one(`
url: https://a.example/
filters:
  - css: {selector: li, skip: 1, maxitems: 2}
  - jq: '.[0]'
  - grep: Price
  - shellpipe: "tr a b"
  - of_tomorrow: 1
  - re.sub: {pattern: a, repl: b}
`);
    assert.deepEqual(noted, [
      'leftOut filters.css.skip',
      'leftOut filters.css.maxitems',
      'leftOut filters.jq',
      'leftOut filters.grep',
      'leftOut filters.shellpipe',
      'leftOut filters.of_tomorrow',
      'changed filters.re.sub',
      'changed goal',
    ]);
  });

  it('sends a form with its type', () => {
    assert.deepEqual(one('url: https://a.example/\ndata: {q: duck, n: 2}').source?.['http'], {
      method: 'POST',
      headers: [{ name: 'Content-Type', value: 'application/x-www-form-urlencoded' }],
      body: 'q=duck&n=2',
    });
  });

  it('copies no cookie, and notes what it does not know', () => {
    const { object, noted } = one(
      'url: https://a.example/\ncookies: {sid: hunter2}\nheaders: {Cookie: hunter3}\nmax_tries: 3\nof_tomorrow: 1\nenabled: no',
    );
    assert.ok(!JSON.stringify(object).includes('hunter'));
    for (const field of ['cookies', 'headers.Cookie', 'max_tries', 'of_tomorrow'])
      assert.ok(noted.includes(`leftOut ${field}`), field);
    assert.equal((object.manifest['spec'] as { suspend: boolean }).suspend, true);
  });

  it('skips a command', () => {
    const { skipped } = read('url: https://a.example/\n---\nname: Disk\ncommand: df -h\n');
    assert.deepEqual(
      skipped.map(({ label, why }) => [label, why]),
      [['Disk', 'command: duckmon runs no commands']],
    );
  });

  it('refuses tags, which other readers make objects of', () => {
    assert.throws(
      () => read('url: https://a.example/\nname: !!python/object/apply:os.system [ls]\n'),
      (error) =>
        error instanceof ImportError && error.message.startsWith('urls.yaml:2: has the tag'),
    );
  });

  it('refuses aliases that grow', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at < 9; at += 1)
      lines.push(`a${at}: &a${at} [${Array.from({ length: 9 }, () => `*a${at - 1}`).join(', ')}]`);
    assert.throws(
      () => read(`url: https://a.example/\n${lines.join('\n')}\n`),
      (error) => error instanceof ImportError && /too many YAML aliases/.test(error.message),
    );
  });

  it('names the line of what is no YAML', () => {
    assert.throws(
      () => read('url: https://a.example/\n---\nname: [1\n'),
      /^ImportError: urls\.yaml:\d+: /,
    );
  });
});
