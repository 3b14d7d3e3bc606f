import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { extractHtml } from './html.ts';
import { BASE, extracted } from './testing/page.ts';

const PROSE = 'Our shop sells bread and cheese from the village every day of the week. '.repeat(30);

const kindsOf = (html: string, options: object = {}) =>
  extracted(extractHtml(html, { ...BASE, ...options })).signs.map(({ kind }) => kind);

describe('signs of a page', () => {
  const cases: [title: string, html: string, kinds: string[]][] = [
    ['reCAPTCHA', '<div class="g-recaptcha"></div>', ['captcha']],
    ['hCaptcha', '<div class="a h-captcha"></div>', ['captcha']],
    ['Turnstile', '<div class="cf-turnstile"></div>', ['captcha']],
    [
      'a frame of reCAPTCHA',
      '<iframe src="https://www.google.com/recaptcha/api2/anchor"></iframe>',
      ['captcha'],
    ],
    [
      'a frame of DataDome',
      '<iframe src="https://geo.captcha-delivery.com/captcha/"></iframe>',
      ['captcha'],
    ],
    ['a picture to read', '<img src="/captcha.php?x=1">', ['captcha']],
    ['a field for the answer', '<input name="captcha_answer">', ['captcha']],
    ['a challenge form', '<form id="challenge-form"></form>', ['botWall']],
    ['Incapsula', '<iframe src="/_Incapsula_Resource?x"></iframe>', ['botWall']],
    ['words of a bot wall', '<h1>Verify you are human</h1>', ['botWall']],
    ['a consent dialog', '<div id="onetrust-banner-sdk"></div>', ['consentWall']],
    ['a cookie banner', '<div class="site-cookie-banner"></div>', ['consentWall']],
    ['a consent form', '<form action="https://consent.example.com/save"></form>', ['consentWall']],
    ['a login form', '<form><input type="Password"></form>', ['loginForm']],
    [
      'words of a geo block',
      '<h1>This content is not available in your country</h1>',
      ['geoBlock'],
    ],
    [
      'an error template',
      '<title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>',
      ['errorTemplate'],
    ],
    ['an empty app shell', '<div id="root"></div><script src=a.js></script>', ['emptyAppShell']],
    [
      'an empty Angular shell',
      '<app-root></app-root><script src=a.js></script>',
      ['emptyAppShell'],
    ],
  ];
  for (const [title, html, kinds] of cases) {
    it(`recognises ${title}`, () => assert.deepEqual(kindsOf(html), kinds));
  }

  const clean: [title: string, html: string][] = [
    ['an ordinary page', `<h1>Shop</h1><p>${PROSE}`],
    ['a hidden login form', '<div hidden><input type=password></div><p>x'],
    [
      'a script of invisible reCAPTCHA',
      '<script src="https://www.google.com/recaptcha/api.js"></script>x',
    ],
    ['a link to a captcha', '<a href="/captcha">Captcha</a>'],
    ['a long page that quotes a bot wall', `<h1>Verify you are human</h1><p>${PROSE}`],
    ['an app shell that has its content', `<div id=root>${PROSE}</div><script src=a.js></script>`],
    ['an empty root without scripts', '<div id=root></div><p>Hello'],
  ];
  for (const [title, html] of clean) {
    it(`finds nothing in ${title}`, () => assert.deepEqual(kindsOf(html), []));
  }

  it('says that the logged-out selector matches', () => {
    const html = '<a class=login href=/in>Log in</a>';
    assert.deepEqual(kindsOf(html, { loggedOutSelector: 'a.login' }), ['loggedOutSelector']);
  });
  it('says nothing when the logged-out selector does not match', () => {
    assert.deepEqual(kindsOf('<p>x', { loggedOutSelector: 'a.login' }), []);
  });
  it('tells each kind once', () => {
    assert.deepEqual(kindsOf('<i class="g-recaptcha"></i><i class="h-captcha"></i>'), ['captcha']);
  });
  it('looks at the whole page when only a part is included', () => {
    const html = '<div class="g-recaptcha"></div><p>x</p>';
    assert.deepEqual(kindsOf(html, { include: ['p'] }), ['captcha']);
  });
});

describe('needsJavaScript', () => {
  const needs = (html: string) => extracted(extractHtml(html, BASE)).needsJavaScript;
  const yes: [title: string, html: string][] = [
    ['an empty root and a script', '<div id=root></div><script src=a.js></script>'],
    ['an empty __next', '<div id=__next><div></div></div><script>boot()</script>'],
    [
      'noscript that asks for it',
      '<noscript>Please enable JavaScript.</noscript><p>Hi<script>1</script>',
    ],
    ['text that asks for it', '<p>You need JavaScript to run this app.<script>1</script>'],
    ['a German request', '<p>Bitte aktivieren Sie JavaScript.<script>1</script>'],
    ['little text and a big script', `<p>Loading…<script>${'a=1;'.repeat(3_000)}</script>`],
    ['no text and a script from elsewhere', '<script src=app.js></script>'],
  ];
  for (const [title, html] of yes) it(`is seen by ${title}`, () => assert.equal(needs(html), true));

  const no: [title: string, html: string][] = [
    ['a page without scripts', '<div id=root></div>'],
    [
      'a page with text and scripts',
      `<div id=root></div><p>${PROSE}</p><script src=a.js></script>`,
    ],
    ['a small page with a small script', `<p>${PROSE.slice(0, 300)}</p><script>1</script>`],
    ['a tutorial about JavaScript', `<p>You need JavaScript. ${PROSE}<script>1</script>`],
  ];
  for (const [title, html] of no)
    it(`is not seen in ${title}`, () => assert.equal(needs(html), false));
});
