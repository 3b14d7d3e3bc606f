import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { detectFormat, type Format } from './format.ts';
import { BASE, extracted, failure } from './testing/page.ts';
import { extractText } from './text.ts';

describe('extractText', () => {
  it('keeps the lines and drops the empty ones', () => {
    assert.equal(extracted(extractText('a  \r\n\r\n b\u2028c', BASE)).text, 'a\n b\nc');
  });
  it('drops invisible characters', () => {
    assert.equal(extracted(extractText('\ufeffa\u200bb', BASE)).text, 'ab');
  });
  it('finds values by regex, and null for other selectors', () => {
    const values = [
      { name: 'a', select: 'regex:(\\d+) kg' },
      { name: 'b', select: '.x' },
    ];
    assert.deepEqual(extracted(extractText('12 kg', { ...BASE, values })).values, {
      a: '12',
      b: null,
    });
  });
  it('names an invalid regex', () => {
    const values = [{ name: 'a', select: 'regex:[' }];
    assert.match(failure(extractText('', { ...BASE, values })).message, /^values\.a "regex:\["/);
  });
  it('takes time in proportion to the text for a regex that would explode elsewhere', () => {
    const values = [{ name: 'a', select: 'regex:(a+)+$' }];
    const page = extracted(extractText(`${'a'.repeat(50_000)}b`, { ...BASE, values }));
    assert.deepEqual(page.values, { a: null });
  });
  for (const field of ['include', 'exclude']) {
    it(`refuses ${field}`, () => {
      const failed = failure(extractText('a', { ...BASE, [field]: ['p'] }));
      assert.match(failed.message, new RegExp(`^${field} "p"`));
    });
  }
});

describe('detectFormat', () => {
  const cases: [type: string, body: string, format: Format | 'unsupported'][] = [
    ['text/html; charset=utf-8', '<p>', 'Html'],
    ['application/xhtml+xml', '<html>', 'Html'],
    ['application/json', '{}', 'Json'],
    ['application/ld+json;x=y', '{}', 'Json'],
    ['application/rss+xml', '', 'Feed'],
    ['text/xml', '<?xml version="1.0"?>\n<!-- a --><?x y?><rss version="2.0">', 'Feed'],
    ['application/xml', '<feed xmlns="http://www.w3.org/2005/Atom">', 'Feed'],
    ['text/html', '<rdf:RDF xmlns="x">', 'Feed'],
    ['text/xml', '<!DOCTYPE rss [<!ENTITY a "b">]><rss>', 'Feed'],
    ['text/xml', '<sitemap><url/></sitemap>', 'Text'],
    ['application/xml', '<!DOCTYPE html><html>', 'Html'],
    ['text/xml', '<?xml version="1.0"?><html>', 'Html'],
    ['text/xml', '<!-- never closed', 'Text'],
    ['text/plain', 'hello', 'Text'],
    ['text/csv', 'a,b', 'Text'],
    ['application/yaml', 'a: b', 'Text'],
    ['application/pdf', '', 'Pdf'],
    ['text/html', '%PDF-1.7', 'Pdf'],
    ['application/octet-stream', 'abc', 'unsupported'],
    ['application/zip', 'PK\u0003', 'unsupported'],
    ['image/png', '\u0089PNG', 'unsupported'],
    ['text/html', 'a\0b', 'unsupported'],
    ['', '<!doctype html><p>', 'Html'],
    ['', '<div>hello', 'Html'],
    ['', '{"a":1}', 'Json'],
    ['', ' [1]', 'Json'],
    ['', 'plain words', 'Text'],
    ['', '<1', 'Text'],
  ];
  for (const [type, body, format] of cases) {
    it(`reads ${JSON.stringify(body)} of type "${type}" as ${format}`, () => {
      assert.equal(detectFormat(type, body, 'Auto'), format);
    });
  }
  it('follows what the source asks for', () => {
    assert.equal(detectFormat('text/plain', '{}', 'Json'), 'Json');
  });
  it('takes time in proportion to the beginning of a hostile body', () => {
    assert.equal(detectFormat('text/xml', '<?xml?><!-- -->'.repeat(100_000), 'Auto'), 'Text');
  });
});
