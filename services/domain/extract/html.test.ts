import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { extractHtml } from './html.ts';
import { BASE, extracted, failure, textOf } from './testing/page.ts';

describe('extractHtml: visible text', () => {
  const cases: [title: string, html: string, text: string][] = [
    ['writes one block a line', '<p>One</p><p>Two</p>', 'One\nTwo'],
    ['joins inline pieces of one word', '<b>12</b>0 €', '120 €'],
    ['keeps the space between inline words', '<b>Only</b> <i>today</i>', 'Only today'],
    ['keeps a space that stands inside an inline element', '<b>Only </b>today', 'Only today'],
    ['splits at a line break', 'one<br>two', 'one\ntwo'],
    ['splits where a block begins inside text', 'one<div>two</div>three', 'one\ntwo\nthree'],
    ['marks headings by their level', '<h1>A</h1><h3>B</h3><h6>C</h6>', '# A\n### B\n###### C'],
    ['keeps a heading with a line break on one line', '<h2>Big<br>sale</h2>', '## Big sale'],
    [
      'keeps a heading with blocks in it on one line',
      '<h2><div>A</div><div>B</div></h2>',
      '## A B',
    ],
    ['marks list items', '<ul><li>a<li>b</ul>', '- a\n- b'],
    ['marks nested list items once', '<ul><li>a<ul><li>b</ul></ul>', '- a\n- b'],
    ['lets a heading in a list item keep its mark', '<ul><li><h3>A</h3>b</ul>', '### A\nb'],
    ['marks only the first line of a list item', '<ul><li><p>a<p>b</ul>', '- a\nb'],
    ['forgets the mark of an empty list item', '<ul><li></ul><p>a', 'a'],
    ['joins the cells of a row', '<table><tr><td>A<td>40 €</table>', 'A | 40 €'],
    ['keeps the place of an empty cell', '<table><tr><td>A<td><td>1</table>', 'A |  | 1'],
    ['leaves out an empty row', '<table><tr><td><td></table>x', 'x'],
    ['keeps a cell with breaks on its row', '<table><tr><td>A<br>B<td>1</table>', 'A B | 1'],
    ['reads a single cell as a line', '<table><tr><td>Hello</table>', 'Hello'],
    ['reads table headers as cells', '<table><tr><th>A<th>B</table>', 'A | B'],
    [
      'keeps the caption above the rows',
      '<table><caption>Prices<tr><td>1<td>2</table>',
      'Prices\n1 | 2',
    ],
    [
      'reads a table that lays out the page as blocks',
      '<table><tr><td><h1>T</h1><td><ul><li>a</ul></table>',
      '# T\n- a',
    ],
    [
      'reads a table in a table of layout as rows',
      '<table><tr><td>x<table><tr><td>1<td>2</table></table>',
      'x\n1 | 2',
    ],
    ['keeps the lines of preformatted text', '<pre>a = 1\n  b = 2\n</pre>', 'a = 1\n  b = 2'],
    ['collapses white space elsewhere', '<p> a \n\t b </p>', 'a b'],
    ['decodes entities', '<p>Fish &amp; Chips &euro;&#56;</p>', 'Fish & Chips €8'],
    ['reads a non-breaking space as one', '<p>10&nbsp;€</p>', '10 €'],
    ['leaves a soft hyphen out', '<p>Donau&shy;dampf</p>', 'Donaudampf'],
    ['does not split at wbr', '<p>super<wbr>long</p>', 'superlong'],
    ['sets links apart that touch', '<a>Home</a><a>About</a>', 'Home About'],
    ['keeps a link inside a word', 'un<a>happy</a>', 'unhappy'],
    ['sets an image apart', 'a<img src=x alt=no>b', 'a b'],
    ['drops link targets', '<a href="https://a.example/x">Go</a>', 'Go'],
    ['keeps the text of buttons', '<button>Buy</button><button>Later</button>', 'Buy Later'],
    ['shows the value of an input', '<label>Qty<input value="3"></label>', 'Qty 3'],
    ['shows the label of a submit button', '<input type=submit value=Send>', 'Send'],
    ['never shows a password', '<input type=password value=hunter2>x', 'x'],
    ['shows no hidden input', '<input type=hidden value=token>x', 'x'],
    ['shows the selected option', '<select><option>a<option selected>b</select>', 'b'],
    ['shows the first option when none is selected', '<select><option>a<option>b</select>', 'a'],
    [
      'shows all selected options of a list',
      '<select multiple><option selected>a<option>b<option selected>c</select>',
      'a c',
    ],
    ['shows nothing for an empty select', '<select></select>x', 'x'],
    ['keeps the lines of a textarea', '<textarea>a\nb</textarea>', 'a\nb'],
    ['reads definition lists as lines', '<dl><dt>Price<dd>40</dl>', 'Price\n40'],
    ['keeps what aria hides from screen readers only', '<p aria-hidden=true>seen</p>', 'seen'],
    [
      'keeps closed details, which a reader can open',
      '<details><summary>Q</summary>A</details>',
      'Q\nA',
    ],
    [
      'breaks at a span that is laid out as a block',
      'a<span style="display:block">b</span>c',
      'a\nb\nc',
    ],
    [
      'joins a div that is laid out inline',
      '<div style="display:inline">1</div><div style="display:inline">2</div>',
      '12',
    ],
    ['shows an open dialog', '<dialog open>Hi</dialog>', 'Hi'],
    [
      'reads a shadow root that the page declares',
      '<x-a><template shadowrootmode=open><p>in</p></template></x-a>',
      'in',
    ],
    ['reads markup that is not closed', '<p>a<b>b<p>c', 'ab\nc'],
    ['reads stray closing tags', '</div></p>a</span>b', 'ab'],
    ['reads an empty page', '', ''],
    ['reads text in foreign scripts', '<p>価格 1,200円</p>', '価格 1,200円'],
  ];
  for (const [title, html, text] of cases) {
    it(title, () => assert.equal(textOf(html), text));
  }

  it('reads the title and folds its spaces', () => {
    const page = extracted(extractHtml('<title> My\n shop </title><p>x', BASE));
    assert.equal(page.title, 'My shop');
  });

  it('does not take the title of a drawing for that of the page', () => {
    const page = extracted(extractHtml('<body><svg><title>Icon</title></svg>x', BASE));
    assert.equal(page.title, '');
  });

  it('gives text for any markup and never throws', () => {
    const piece = fc.constantFrom(
      '<p>',
      '</p>',
      '<table>',
      '<tr>',
      '<td>',
      '</table>',
      '<li>',
      '<b>',
      '</b>',
      '<pre>',
      '<style>',
      '</style>',
      '<!--',
      '-->',
      '<select>',
      '<option>',
      'word',
      ' ',
      '&amp;',
      '"',
      '<svg>',
      '<math>',
      '<template>',
      '</template>',
      '<h2>',
      '</h2>',
      '\n',
      '<div hidden>',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        assert.equal(typeof textOf(pieces.join('')), 'string');
      }),
      { numRuns: 300 },
    );
  });

  it('keeps each visible word exactly once and in order', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/);
    const tag = fc.constantFrom('p', 'b', 'div', 'li', 'h2', 'td', 'a', 'button', 'blockquote');
    fc.assert(
      fc.property(fc.array(fc.tuple(tag, word), { maxLength: 30 }), (items) => {
        const html = items.map(([name, text]) => `<${name}>${text}</${name}> `).join('');
        const words = textOf(html).match(/[a-z]+/g) ?? [];
        assert.deepEqual(
          words,
          items.map(([, text]) => text),
        );
      }),
    );
  });
});

describe('extractHtml: what counts', () => {
  const html =
    '<header>Menu</header><main><h1>Plan</h1><p class=price>40</p><p class=ad>Ad</p></main><p>End</p>';

  it('keeps only what include matches, in the order of the page', () => {
    assert.equal(textOf(html, { include: ['.price', 'h1'] }), '# Plan\n40');
  });
  it('keeps a part once when include matches it twice', () => {
    assert.equal(textOf(html, { include: ['main', 'h1'] }), '# Plan\n40\nAd');
  });
  it('leaves out what exclude matches', () => {
    assert.equal(textOf(html, { include: ['main'], exclude: ['.ad'] }), '# Plan\n40');
  });
  it('leaves out an included part that stands in an excluded one', () => {
    assert.equal(textOf(html, { include: ['.price', '.ad'], exclude: ['main'] }), '');
  });
  it('takes XPath for include', () => {
    assert.equal(textOf(html, { include: ['xpath://main/p[1]'] }), '40');
  });
  it('takes XPath for exclude', () => {
    assert.equal(textOf(html, { exclude: ['xpath://header', 'xpath://main'] }), 'End');
  });
  it('takes attributes that XPath names', () => {
    assert.equal(textOf('<a href=/a>x</a>', { include: ['xpath://a/@href'] }), '/a');
  });
  it('takes text nodes that XPath names', () => {
    assert.equal(textOf('<p>a<b>b</b></p>', { include: ['xpath://p/text()'] }), 'a');
  });
  it('takes XPath on markup with names that XML does not know', () => {
    const html = '<a"b @click="x()" xmlns="y" class=z>text</a"b><p>p</p>';
    assert.equal(
      textOf(html, { include: ['xpath://unknown[@class="z"]/following-sibling::p'] }),
      'p',
    );
  });
  it('finds nothing in a template by XPath', () => {
    assert.equal(
      textOf('<template><p>no</p></template><p>yes</p>', { include: ['xpath://p'] }),
      'yes',
    );
  });
  it('takes what XPath says about a page', () => {
    assert.equal(textOf('<p>a</p><p>b</p>', { include: ['xpath:count(//p) > 1'] }), 'true');
  });
  it('keeps the lines of an included part of preformatted text', () => {
    assert.equal(textOf('<pre><b>a\n b</b></pre>', { include: ['b'] }), 'a\n b');
  });
  it('reads an included cell alone', () => {
    assert.equal(textOf('<table><tr><td>a<td>b</table>', { include: ['td'] }), 'a\nb');
  });
  it('gives no text for an included part that is hidden', () => {
    assert.equal(textOf('<div hidden><p>x</p></div>', { include: ['p'] }), '');
  });
  it('gives no text for an included part inside a script-only element', () => {
    assert.equal(textOf('<dialog><p>x</p></dialog>y', { include: ['p'] }), '');
  });
  it('warns when one of several includes matches nothing', () => {
    const page = extracted(extractHtml(html, { ...BASE, include: ['h1', '.gone'] }));
    assert.deepEqual(page.warnings, ['Nothing on the page matches include ".gone".']);
  });
  it('fails when no include matches, naming them', () => {
    const failed = failure(extractHtml(html, { ...BASE, include: ['.gone', 'xpath://b'] }));
    assert.equal(failed.code, 'selectorMissing');
    assert.match(failed.message, /"\.gone", "xpath:\/\/b"/);
  });

  const invalid: [field: string, options: object, message: RegExp][] = [
    ['include', { include: ['p['] }, /^include "p\["/],
    ['include', { include: [''] }, /^include ""/],
    ['include', { include: ['jsonpath:$.a'] }, /CSS or xpath:/],
    ['include', { include: ['p:unknown-thing'] }, /^include "p:unknown-thing"/],
    ['exclude', { exclude: ['xpath://p['] }, /^exclude "xpath:\/\/p\["/],
    ['exclude', { exclude: ['xpath:doc("file:///etc/passwd")'] }, /doc\(\) is not supported/],
    ['exclude', { exclude: ['xpath:count(1 to 1000000000)'] }, /ranges/],
    ['include', { include: ['xpath:$x'] }, /variables/],
    ['include', { include: ['xpath:substring(1, 2, 3, 4)'] }, /substring/],
    ['exclude', { exclude: ['xpath://p[matches(., "(a+)+b")]'] }, /matches\(\) is not supported/],
    ['values', { values: [{ name: 'price', select: 'p[' }] }, /^values\.price "p\["/],
    ['values', { values: [{ name: 'price', select: 'regex:(' }] }, /^values\.price "regex:\("/],
    ['loggedOutSelector', { loggedOutSelector: '[[' }, /^notJudgeable\.loggedOutSelector/],
  ];
  for (const [field, options, message] of invalid) {
    it(`names the field and the selector of an invalid ${field}: ${JSON.stringify(options)}`, () => {
      const failed = failure(extractHtml('<p>a</p>', { ...BASE, ...options }));
      assert.equal(failed.code, 'selectorInvalid');
      assert.match(failed.message, message);
    });
  }

  it('does not create elements from a selector that is markup', () => {
    const failed = extractHtml('<p>a</p>', { ...BASE, include: ['<img src=x>'] });
    assert.equal(failure(failed).code, 'selectorInvalid');
  });
});

describe('extractHtml: values', () => {
  const html =
    '<meta itemprop=price content="39.90"><h2 class=p>40 <b>€</b></h2><input id=q value=3>' +
    '<p data-id=7>id</p><ul><li>one</ul><p class=h hidden>9</p>';
  const cases: [title: string, select: string, value: string | null][] = [
    ['takes the text of the first match without its mark', '.p', '40 €'],
    ['takes a list item without its mark', 'li', 'one'],
    ['takes the content of meta', 'meta[itemprop=price]', '39.90'],
    ['takes the value of an input', '#q', '3'],
    ['takes an attribute by XPath', 'xpath://p/@data-id', '7'],
    ['takes a number by XPath', 'xpath:count(//p)', '2'],
    ['takes the first group of a regex', 'regex:(\\d+) €', '40'],
    ['takes the whole match of a regex without a group', 'regex:\\d+ €', '40 €'],
    ['is null when a regex finds nothing', 'regex:USD (\\d+)', null],
    ['is null when CSS matches nothing', '.gone', null],
    ['is null when XPath matches nothing', 'xpath://table', null],
    ['is null when the match is hidden', '.h', null],
    ['is null with a warning for a selector of JSON', 'jsonpath:$.price', null],
  ];
  for (const [title, select, value] of cases) {
    it(title, () => {
      const page = extracted(extractHtml(html, { ...BASE, values: [{ name: 'v', select }] }));
      assert.deepEqual(page.values, { v: value });
      assert.equal(page.warnings.length, select.startsWith('jsonpath:') ? 1 : 0);
    });
  }
});

describe('extractHtml: all texts of a value', () => {
  const html = '<p class=p>40 €<p class=p>35\n€<p class=p>40 €<p class=p><p class=q hidden>9';
  const cases: [title: string, select: string, value: string | null][] = [
    ['gives each text once, one a line', '.p', '40 €\n35 €'],
    ['gives what an XPath finds', 'xpath://p[position()<3]', '40 €\n35 €'],
    ['gives all matches of a regex', 'regex:(\\d+)', '40\n35'],
    ['is null when nothing is found', '.gone', null],
    ['is null when all that is found is hidden', '.q', null],
  ];
  for (const [title, select, value] of cases)
    it(title, () => {
      const values = [{ name: 'values.v', select, all: true }];
      const page = extracted(extractHtml(html, { ...BASE, values }));
      assert.deepEqual(page.values, { 'values.v': value });
    });
  it('looks at twenty places and no more', () => {
    const many = Array.from({ length: 50 }, (_none, index) => `<b>${index}</b>`).join(' ');
    const values = [{ name: 'values.v', select: 'b', all: true }];
    const page = extracted(extractHtml(many, { ...BASE, values }));
    assert.equal(page.values['values.v']?.split('\n').length, 20);
  });
  it('names the value whose selector cannot be read', () => {
    const values = [{ name: 'values.v', select: 'p[', all: true }];
    const failed = failure(extractHtml(html, { ...BASE, values }));
    assert.match(failed.message, /^values\.v "p\["/);
  });
});

describe('extractHtml: size', () => {
  it('reads a page of 5 MB', () => {
    const row = '<li class="a b">hello <b>world</b> <a href="#">more</a></li>\n';
    const html = `<ul>${row.repeat(Math.ceil(5_000_000 / row.length))}</ul>`;
    const lines = textOf(html).split('\n');
    assert.equal(lines.length, Math.ceil(5_000_000 / row.length));
    assert.equal(lines.at(-1), '- hello world more');
  });

  it('reads 10,000 nested elements', () => {
    assert.equal(textOf(`${'<div>'.repeat(10_000)}deep<p class=a>end`), 'deep\nend');
  });

  it('matches CSS in a page that is nested deeply', () => {
    const html = `${'<div>'.repeat(10_000)}deep<p class=a>end`;
    assert.equal(textOf(html, { include: ['div p.a'] }), 'end');
  });

  for (const selector of ['div:has(.a)', 'xpath://div']) {
    it(`refuses ${selector} on a page that is nested deeply, and says why`, () => {
      const html = `${'<div>'.repeat(10_000)}deep<p class=a>end`;
      const failed = failure(extractHtml(html, { ...BASE, include: [selector] }));
      assert.match(failed.message, /nested too deeply/);
    });
  }

  it('hides what stands deeply inside a hidden element', () => {
    const html = `${'<div>'.repeat(2_000)}<div hidden>${'<div>'.repeat(2_000)}secret`;
    assert.equal(textOf(html), '');
  });

  it('refuses a page whose nesting would take minutes', () => {
    const failed = failure(extractHtml('<div>'.repeat(200_000), BASE));
    assert.equal(failed.code, 'decodeFailed');
    assert.match(failed.message, /nested too deeply/);
  });

  const hostile: [name: string, html: string][] = [
    ['selectors', `<style>${':not('.repeat(100_000)}{display:none}</style>x`],
    ['declarations', `<p style="transform:${'translate('.repeat(100_000)}">x`],
    ['rules', `<style>${'a{'.repeat(200_000)}</style>x`],
    ['comments', `<style>${'/*'.repeat(300_000)}</style>x`],
    ['lists', `<style>${'a,'.repeat(300_000)}b{display:none}</style>x`],
    ['attributes', `<p ${'a=b '.repeat(100_000)}>x`],
    ['table cells', `<table><tr>${'<td>'.repeat(100_000)}x`],
  ];
  for (const [name, html] of hostile) {
    it(`reads a page with ${name} without end in little time`, () => {
      assert.match(textOf(html), /x$/);
    });
  }

  it('does not count markup inside scripts and comments as nesting', () => {
    const noise = '<div>'.repeat(20_000);
    assert.equal(textOf(`<script>${noise}</script><!--${noise}--><p>a`), 'a');
  });

  it('refuses XPath on a page with very many elements, and takes CSS', () => {
    const html = '<i>x</i>'.repeat(60_001);
    const failed = failure(extractHtml(html, { ...BASE, include: ['xpath://i'] }));
    assert.match(failed.message, /use a CSS selector/);
    assert.equal(textOf(`${html}<b>y</b>`, { include: ['b'] }), 'y');
  });
});
