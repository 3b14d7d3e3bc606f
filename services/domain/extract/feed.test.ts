import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { extractFeed } from './feed.ts';
import { BASE, extracted, failure } from './testing/page.ts';

const rss = (items: string, head = '<title>News</title>') =>
  `<?xml version="1.0"?><rss version="2.0"><channel>${head}${items}</channel></rss>`;
const read = (body: string, options: object = {}) =>
  extracted(extractFeed(body, { ...BASE, ...options }));

describe('extractFeed', () => {
  it('writes one section an item in the order of the feed', () => {
    const items = '<item><title>B</title></item><item><title>A</title></item>';
    assert.equal(read(rss(items)).text, '# News\n## B\n## A');
  });
  it('writes the date and the summary below the title', () => {
    const item =
      '<item><title>A</title><link>https://a.example</link><pubDate>Mon, 1 Jan 2024</pubDate><description>Hello</description></item>';
    assert.equal(read(rss(item)).text, '# News\n## A\nPublished: Mon, 1 Jan 2024\nHello');
  });
  it('takes the title of the channel for the title', () => {
    assert.equal(read(rss('')).title, 'News');
  });
  it('leaves the date of the last build out', () => {
    const head = '<title>News</title><lastBuildDate>now</lastBuildDate>';
    assert.equal(read(rss('', head)).text, '# News');
  });
  it('reads a feed with one item as one with many', () => {
    assert.equal(read(rss('<item><title>A</title></item>')).text, '# News\n## A');
  });
  it('reads escaped HTML as its visible text', () => {
    const item =
      '<item><title>A &amp; B</title><description>&lt;p&gt;One&lt;/p&gt;&lt;p hidden&gt;no&lt;/p&gt;</description></item>';
    assert.equal(read(rss(item)).text, '# News\n## A & B\nOne');
  });
  it('reads CDATA', () => {
    const item = '<item><title><![CDATA[A <b>b</b>]]></title></item>';
    assert.equal(read(rss(item)).text, '# News\n## A b');
  });
  it('does not let a heading in a summary begin a section', () => {
    const item = '<item><title>A</title><description><![CDATA[<h2>B</h2>]]></description></item>';
    assert.equal(read(rss(item)).text, '# News\n## A\nB');
  });
  it('names an item without a title by its text', () => {
    const item = '<item><description>Hello you</description></item><item></item>';
    assert.equal(read(rss(item)).text, '# News\n## Hello you\nHello you\n## Untitled');
  });
  it('reads Atom', () => {
    const atom =
      '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><title type="html">A &amp;lt; B</title><updated>2024-01-01</updated><summary>S</summary></entry></feed>';
    assert.equal(read(atom).text, '# F\n## A < B\nPublished: 2024-01-01\nS');
  });
  it('reads the markup of Atom content as text', () => {
    const atom =
      '<feed><title>F</title><entry><title>A</title><content type="xhtml"><div><p>One <b>two</b></p></div></content></entry></feed>';
    assert.equal(read(atom).text, '# F\n## A\nOne two');
  });
  it('reads RDF', () => {
    const rdf =
      '<rdf:RDF><channel><title>F</title></channel><item><title>A</title><dc:date>2024</dc:date></item></rdf:RDF>';
    assert.equal(read(rdf).text, '# F\n## A\nPublished: 2024');
  });
  it('reads a feed without a title', () => {
    assert.equal(read(rss('<item><title>A</title></item>', '')).text, '## A');
  });
  it('takes the first of several titles', () => {
    assert.equal(read(rss('<item><title>A</title><title>B</title></item>')).text, '# News\n## A');
  });
  it('reads character references and drops impossible ones', () => {
    const item = '<item><title>&#52;&#x30; &#9999999; &#0;&unknown; €</title></item>';
    assert.match(read(rss(item)).text, /^# News\n## 40 .*€$/);
  });
  it('drops invisible characters', () => {
    assert.equal(read(rss('<item><title>A\u200bB</title></item>')).text, '# News\n## AB');
  });
  it('does not expand entities that the document declares', () => {
    const bomb = `<!DOCTYPE rss [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;">]>`;
    const body = rss('<item><title>x &a; &b; y</title></item>').replace('?>', `?>${bomb}`);
    assert.doesNotMatch(read(body).text, /boom/);
  });
  for (const body of ['', 'hello', '<html><p>x</p></html>', '{"a":1}', '<rss', '<a><b>']) {
    it(`fails on what is no feed: ${JSON.stringify(body)}`, () => {
      assert.equal(failure(extractFeed(body, BASE)).code, 'decodeFailed');
    });
  }
  it('refuses selectors, which have nothing to select', () => {
    const failed = failure(extractFeed(rss(''), { ...BASE, include: ['item'] }));
    assert.equal(failed.code, 'selectorInvalid');
    assert.match(failed.message, /^include "item"/);
  });
  it('finds values by regex', () => {
    const values = [{ name: 'v', select: 'regex:v(\\d+)' }];
    const page = read(rss('<item><title>Release v12</title></item>'), { values });
    assert.deepEqual(page.values, { v: '12' });
  });
  it('names an invalid regex', () => {
    const values = [{ name: 'v', select: 'regex:(' }];
    assert.equal(failure(extractFeed(rss(''), { ...BASE, values })).code, 'selectorInvalid');
  });
});
