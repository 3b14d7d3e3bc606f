import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { FetchedPage, NotJudgeable, PageSign } from './types.ts';
import { judgeValidity, type ValidityContext } from './validity.ts';

const PROSE =
  'Our shop sells bread and cheese from the village. It opens on every day of the week at nine. '.repeat(
    20,
  );
const NEW: ValidityContext = { previousLengths: [] };

const page = (part: Partial<FetchedPage>): FetchedPage => ({
  extractor: 'http@1',
  requestedUrl: 'https://shop.example/plans',
  finalUrl: part.requestedUrl ?? 'https://shop.example/plans',
  redirects: [],
  status: 200,
  contentType: 'text/html',
  title: 'Shop',
  text: PROSE,
  bytes: 1,
  htmlHash: '',
  signs: [],
  warnings: [],
  values: {},
  ...part,
});
const sign = (kind: PageSign['kind']): PageSign => ({ kind, evidence: `seen ${kind}` });

type Fixture = [title: string, page: Partial<FetchedPage>, context?: ValidityContext];

const invalid: Record<string, { why: NotJudgeable; fixtures: Fixture[] }> = {
  captcha: {
    why: 'captcha',
    fixtures: [
      [
        'a Cloudflare challenge',
        {
          status: 403,
          title: 'Just a moment...',
          text: 'Checking your browser before accessing shop.example.',
        },
      ],
      ['a challenge with status 200', { text: '# Verify you are human\nPress the box below.' }],
      ['a wall in German', { text: 'Bestätigen Sie, dass Sie ein Mensch sind' }],
      ['a wall in French', { text: '# Vérifiez que vous êtes humain' }],
      ['a wall in Spanish', { text: '# Verifica que eres humano' }],
      [
        'unusual traffic',
        {
          status: 429,
          text: 'Our systems have detected unusual traffic from your computer network.',
        },
      ],
      ['a widget and status 403', { status: 403, text: 'Please wait', signs: [sign('captcha')] }],
      ['a widget and nothing else', { text: 'One moment', signs: [sign('captcha')] }],
      ['a recognised bot wall', { text: 'Please wait', signs: [sign('botWall')] }],
      [
        'Access Denied of a CDN',
        { status: 403, title: 'Access Denied', text: '# Access Denied\nReference #18.2' },
      ],
      [
        'a wall as long as the page always was',
        { text: 'Verify you are human' },
        { previousLengths: [20, 20, 20] },
      ],
    ],
  },
  geoBlock: {
    why: 'geoBlock',
    fixtures: [
      ['status 451', { status: 451, text: 'x' }],
      ['words in a heading', { text: '# This video is not available in your country' }],
      ['words in German', { text: 'Dieser Inhalt ist in Ihrem Land leider nicht verfügbar.' }],
      ['words in French', { text: "# Ce contenu n'est pas disponible dans votre pays" }],
      ['words in Spanish', { text: '# Este contenido no está disponible en tu país' }],
    ],
  },
  loginWall: {
    why: 'loginWall',
    fixtures: [
      ['the logged-out selector', { signs: [sign('loggedOutSelector')] }],
      [
        'a redirect to a login address',
        { finalUrl: 'https://shop.example/login?next=/plans', text: 'Welcome' },
      ],
      ['a redirect to a sign-in host', { finalUrl: 'https://sso.example/start', text: 'Welcome' }],
      [
        'a form where much text was',
        { text: 'Please continue', signs: [sign('loginForm')] },
        { previousLengths: [900, 1000, 1100] },
      ],
      [
        'a form under a heading that asks for it',
        { text: '# Sign in\nMail\nPassword', signs: [sign('loginForm')] },
      ],
      [
        'a form under a German heading',
        { text: '# Anmelden\nPasswort', signs: [sign('loginForm')] },
      ],
      ['a form and status 401', { status: 401, text: 'Hello', signs: [sign('loginForm')] }],
    ],
  },
  errorPage: {
    why: 'errorPage',
    fixtures: [
      ['status 404', { status: 404 }],
      ['status 429', { status: 429, text: 'Too many requests' }],
      ['status 500', { status: 500 }],
      ['status 401 without a form', { status: 401, text: 'Unauthorized' }],
      [
        'a gateway error with status 200',
        { title: '502 Bad Gateway', text: '# 502 Bad Gateway\nnginx' },
      ],
      ['maintenance', { text: 'We are currently down for maintenance.\nBack soon' }],
      ['a failed application', { text: '# Something went wrong' }],
      ['a database error', { text: 'Error establishing a database connection' }],
      ['a parked domain', { text: '# The domain shop.example is for sale' }],
      ['a default page', { title: 'Welcome to nginx!', text: '# Welcome to nginx!\nThank you' }],
      ['a recognised template', { text: 'Ups', signs: [sign('errorTemplate')] }],
    ],
  },
  consentWall: {
    why: 'consentWall',
    fixtures: [
      [
        'a consent page',
        {
          text: '# Before you continue\nWe use cookies and data to deliver services\nReject all\nAccept all',
        },
      ],
      ['a German one', { text: '# Wir verwenden Cookies\nAlle akzeptieren\nAblehnen\nImpressum' }],
      [
        'a French one',
        { text: 'Nous et nos partenaires utilisons des cookies\nTout accepter\nTout refuser' },
      ],
      ['a Spanish one', { text: 'Utilizamos cookies propias\nAceptar todo\nRechazar todo' }],
      [
        'a recognised dialog with little else',
        {
          text: 'Shop\nWe value your privacy\nOur 812 partners store cookies.',
          signs: [sign('consentWall')],
        },
      ],
    ],
  },
  softNotFound: {
    why: 'softNotFound',
    fixtures: [
      ['404 in the title', { title: 'Shop | 404 Not Found', text: 'Home\nPlans\nContact' }],
      ['a title that says so', { title: 'Page not found – Shop', text: 'Home' }],
      ['a heading that says so', { text: '# 404\nGo home' }],
      ['a sentence as heading', { text: "# Sorry, we can't find that page\nHome" }],
      ['a typographic apostrophe', { text: '# We couldn’t find this page\nHome' }],
      ['a German one', { text: '# Seite nicht gefunden' }],
      ['a French one', { title: 'Page introuvable', text: 'Accueil' }],
      ['a Spanish one', { text: '# Página no encontrada' }],
      ['a page that no longer exists', { text: '# This page no longer exists' }],
      [
        'one that keeps the navigation',
        { text: `# Page not found\n${'- Menu entry\n'.repeat(80)}` },
      ],
    ],
  },
  emptyRender: {
    why: 'emptyRender',
    fixtures: [
      ['no text', { text: ' \n' }],
      [
        'less text than the source asks for',
        { text: 'Loading' },
        { previousLengths: [], minTextLength: 100 },
      ],
      ['hardly any of its usual text', { text: 'Shop' }, { previousLengths: [900, 1000, 1100] }],
      ['an empty app shell', { text: 'Shop', signs: [sign('emptyAppShell')] }],
    ],
  },
};

describe('judgeValidity: not judgeable', () => {
  for (const [name, { why, fixtures }] of Object.entries(invalid)) {
    for (const [title, part, context] of fixtures) {
      it(`C32 ${name}: ${title}`, () => {
        const validity = judgeValidity(page(part), context ?? NEW);
        assert.equal(validity.kind === 'notJudgeable' ? validity.why : 'valid', why);
        assert.ok(validity.kind === 'notJudgeable' && validity.evidence.length > 0);
      });
    }
  }
});

describe('judgeValidity: valid', () => {
  const fixtures: Fixture[] = [
    ['an ordinary page', {}],
    ['a short page', { text: 'Price 40 €' }],
    [
      'an article about captchas',
      {
        title: 'Why do sites ask "Verify you are human"?',
        text: `# Why do sites ask "Verify you are human"?\n${PROSE}\nVerify you are human`,
      },
    ],
    [
      'a short note about captchas',
      {
        title: 'Captchas',
        text: '# How captchas work\nA page may ask you to verify you are human before it goes on.',
      },
    ],
    [
      'a contact form with a captcha',
      {
        title: 'Contact',
        text: '# Contact us\nName\nE-mail\nYour message\nSend',
        signs: [sign('captcha')],
      },
    ],
    ['a long page with a widget', { signs: [sign('captcha')] }],
    [
      'a page with a small login box',
      { text: `Log in\n# Shop\n${PROSE.slice(0, 400)}`, signs: [sign('loginForm')] },
    ],
    [
      'a long page with a login box',
      { signs: [sign('loginForm')] },
      { previousLengths: [3_000, 3_000, 3_000] },
    ],
    [
      'a login page that is watched itself',
      {
        requestedUrl: 'https://shop.example/login',
        text: '# Sign in\nPassword',
        signs: [sign('loginForm')],
      },
    ],
    [
      'a page with a login box as long as ever',
      { text: '# Sign in or register\nOffers', signs: [sign('loginForm')] },
      { previousLengths: [30, 30, 30] },
    ],
    [
      'a redirect to an article about login',
      { finalUrl: 'https://shop.example/blog/sign-in-best-practices' },
    ],
    ['a redirect to the canonical address', { finalUrl: 'https://www.shop.example/plans/' }],
    ['a final address that cannot be read', { finalUrl: 'about', text: 'Hello' }],
    [
      'a cookie banner beside full content',
      { text: `${PROSE}\nWe use cookies\nAccept all\nReject all`, signs: [sign('consentWall')] },
    ],
    [
      'a short page with a cookie banner',
      { text: `${PROSE.slice(0, 400)}\nWe use cookies\nAccept all`, signs: [sign('consentWall')] },
    ],
    [
      'a note that begins like a wall',
      {
        text: '# Notes\nVerify you are human is what many sites say before they let you in, and the sentence has become a joke among people who build websites and browsers for a living.',
      },
    ],
    ['a button that says accept', { text: 'Terms of the game\nAccept' }],
    [
      'a shop that is called 404',
      { title: '404 Sandwich shop', text: '# 404 Sandwich shop\nOpen daily' },
    ],
    [
      'an article about not found pages',
      {
        title: 'Designing a "Page not found" screen',
        text: `# Designing a "Page not found" screen\n${PROSE}`,
      },
    ],
    [
      'a product that is gone',
      { title: 'Lamp', text: '# Lamp\nThis product is no longer available.' },
    ],
    [
      'a status page with an outage',
      { title: 'Acme status', text: '# Acme status\nAPI\nService unavailable\nWeb\nOperational' },
    ],
    ['a news line about an error', { text: '# News\nAn error in the census occurred in 1981.' }],
    [
      'a product that is not sent to a country',
      { text: `# Lamp\n${PROSE.slice(0, 700)}\nNot available in your country` },
    ],
    [
      'a page whose text shrank by half',
      { text: PROSE.slice(0, 900) },
      { previousLengths: [1_800, 1_800, 1_800] },
    ],
    [
      'a page that lost much with a short history',
      { text: 'Shop' },
      { previousLengths: [1_800, 1_800] },
    ],
    [
      'an app shell that shows enough',
      { text: PROSE.slice(0, 500), signs: [sign('emptyAppShell')] },
    ],
    ['status 206', { status: 206 }],
  ];
  for (const [title, part, context] of fixtures) {
    it(`C32 stays valid: ${title}`, () => {
      assert.deepEqual(judgeValidity(page(part), context ?? NEW), { kind: 'valid' });
    });
  }

  it('takes the median of the history, not its mean', () => {
    const context = { previousLengths: [40, 50, 100_000] };
    assert.equal(judgeValidity(page({ text: 'Price 40' }), context).kind, 'valid');
  });
  it('does not change the history', () => {
    const previousLengths = Object.freeze([3, 1, 2]);
    assert.equal(judgeValidity(page({ text: 'Hi' }), { previousLengths }).kind, 'valid');
  });
});
