import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { priceAlert } from '../../scripts/testing/notificationService.ts';
import type { AlertMessage } from '../core/contracts/notification.ts';
import { escapeHtml, renderHtml } from './html.ts';
import {
  TEMPLATE_FIELDS,
  claimLine,
  oneLine,
  plainText,
  renderContent,
  safeLink,
} from './template.ts';

const body = (template: string, changes: Partial<AlertMessage> = {}): string =>
  plainText(renderContent(priceAlert(changes), { body: template }).body);

describe('the templates of messages', () => {
  it('fill in every field of the closed list', () => {
    const message: Partial<AlertMessage> = { why: 'model_not_configured' };
    for (const field of TEMPLATE_FIELDS) {
      const text = body(`<{${field}}>`, message);
      assert.notEqual(text, `<{${field}}>`, field);
      assert.notEqual(text, '<>', field);
    }
  });

  it('fill in a field each time it stands there', () => {
    assert.equal(body('{monitor} {monitor}'), 'shop-price shop-price');
  });

  for (const literal of [
    '{{7*7}}',
    '${7*7}',
    '<%= 7*7 %>',
    '#{7*7}',
    '{{constructor.constructor("x")()}}',
    '{constructor}',
    '{__proto__}',
    '{toString}',
    '{Title}',
    '{title.length}',
    '{title|upper}',
    '{ title }',
    '{%raw%}',
    '[[${7*7}]]',
  ])
    it(`D17 leaves ${literal} as it is`, () => {
      assert.equal(body(literal), literal);
    });

  it('D17 reads what a field brings in never as a template again', () => {
    const text = body('{title} / {summary}', { title: 'Look at summary', summary: 'x {link} y' });
    assert.doesNotMatch(text, /mon\.example/);
  });

  it('D17 gives back any text without our fields unchanged', () => {
    const free = fc
      .string({ unit: 'grapheme', maxLength: 200 })
      .filter((text) => !TEMPLATE_FIELDS.some((field) => text.includes(`{${field}}`)));
    fc.assert(fc.property(free, (text) => assert.equal(body(text), text)));
  });

  it('use own words for the subject', () => {
    const content = renderContent(priceAlert(), { subject: '{severity}: {monitor}' });
    assert.equal(content.subject, 'warning: shop-price');
  });

  for (const [kind, beginning] of [
    ['finding', '[duckmon] The price rose'],
    ['changedNotJudged', '[duckmon] Changed, not judged: '],
    ['reminder', '[duckmon] Reminder: '],
    ['failure', '[duckmon] Cannot watch: '],
    ['digest', '[duckmon] Digest: '],
    ['resolved', '[duckmon] Resolved: '],
    ['test', '[duckmon] Test: '],
  ] as const)
    it(`name the kind ${kind} in the subject`, () => {
      assert.ok(renderContent(priceAlert({ kind })).subject.startsWith(beginning));
    });

  it('leave out paragraphs that have nothing to say', () => {
    const text = plainText(
      renderContent(priceAlert({ claims: [], summary: '', acknowledgeLink: null })).body,
    );
    assert.doesNotMatch(text, /Acknowledge|\n\n\n/);
  });

  it('say why a change was not judged', () => {
    const text = plainText(renderContent(priceAlert({ why: 'model_not_configured' })).body);
    assert.match(text, /model not configured/);
  });

  it('D9 take links, addresses and markup out of words of model and page', () => {
    const evil =
      'Go to https://evil.example/?q=1, [here](https://evil.example) or ![x](http://evil.example/p.png), mail a@evil.example, call +49 170 1234567 <b>now</b>';
    const message = priceAlert({
      title: evil.slice(0, 190),
      summary: evil,
      claims: [
        { source: 's', subject: evil, before: evil, after: evil, quote: evil, side: 'both' },
      ],
    });
    const content = renderContent(message);
    const all = content.subject + plainText(content.body);
    assert.doesNotMatch(all, /evil\.example|1234567|<b>|\]\(/);
  });

  it('D18 keep the subject in one line of at most 200 characters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 150 }),
        fc.string({ maxLength: 150 }),
        (title, own) => {
          const { subject } = renderContent(priceAlert({ title }), {
            subject: `${own}\r\n{title}`,
          });
          assert.doesNotMatch(subject, /[\p{Cc}\u2028\u2029]/u);
          assert.ok(subject.length <= 200);
        },
      ),
    );
  });

  it('cut a body that is much too long', () => {
    assert.ok(body('x'.repeat(50_000)).length <= 20_000);
  });
});

describe('the line of a claim', () => {
  const claim = priceAlert().claims[0];

  it('shows old value, new value and quote', () => {
    assert.ok(claim);
    assert.equal(claimLine(claim), '• Price: €49.00 → €54.00 – “Price: €54.00”');
  });

  it('shows one value when there is only one', () => {
    assert.ok(claim);
    assert.equal(claimLine({ ...claim, before: null }), '• Price: €54.00 – “Price: €54.00”');
  });

  it('shows the subject alone when there is nothing else', () => {
    assert.ok(claim);
    assert.equal(claimLine({ ...claim, before: null, after: null, quote: '' }), '• Price');
  });
});

describe('links of messages', () => {
  it('stay when they are http or https', () => {
    assert.equal(safeLink('http://127.0.0.1:3000/findings/1'), 'http://127.0.0.1:3000/findings/1');
  });

  for (const wrong of [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    '/findings/1',
    'x',
    null,
  ])
    it(`are left out when they are ${String(wrong)}`, () => {
      assert.equal(safeLink(wrong), '');
    });
});

describe('the HTML part of a mail', () => {
  it('escapes the five characters that matter', () => {
    assert.equal(
      escapeHtml(`<a href="x" id='y'>&`),
      '&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;',
    );
  });

  it("D16 writes markup of a user's template as text", () => {
    const content = renderContent(priceAlert(), {
      subject: '</title><script>alert(1)</script>',
      body: '<img src=x onerror=alert(1)> {title}',
    });
    const html = renderHtml(content);
    assert.doesNotMatch(html, /<script|<img/);
    assert.ok(html.includes('&lt;img src=x onerror=alert(1)&gt; The price rose'));
  });

  it('D16 holds no tag but ours, whatever the words', () => {
    const words = fc.string({ unit: 'grapheme', maxLength: 200 });
    fc.assert(
      fc.property(words, words, (subject, text) => {
        const html = renderHtml({ subject, body: [{ kind: 'text', text }] });
        const tags = [...html.matchAll(/<\/?([a-z!]+)/gi)].map(
          ([, name]) => name?.toLowerCase() ?? '',
        );
        const known = ['!doctype', 'html', 'head', 'meta', 'title', 'body', 'div', 'br'];
        assert.deepEqual(
          tags.filter((tag) => !known.includes(tag)),
          [],
        );
      }),
    );
  });

  it('lets no address break out of its attribute', () => {
    const html = renderHtml({
      subject: '',
      body: [{ kind: 'link', url: 'https://mon.example/?a="><script>', label: '<Open>' }],
    });
    assert.ok(
      html.includes(
        '<a href="https://mon.example/?a=&quot;&gt;&lt;script&gt;" rel="noreferrer">&lt;Open&gt;</a>',
      ),
    );
  });

  it('keeps line breaks', () => {
    const html = renderHtml({ subject: '', body: [{ kind: 'text', text: 'a\nb\r\nc' }] });
    assert.ok(html.includes('a<br>\nb<br>\nc'));
  });
});

describe('one line', () => {
  it('replaces every kind of line break and control character', () => {
    assert.equal(oneLine('a\r\nb\u2028c\u0000d\te\u0085f'), 'a b c d e f');
  });
});
