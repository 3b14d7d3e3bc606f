/** Pages that are no content: captcha, consent wall, login wall, errors. */
import { documentOf, html, send, type Pages } from '../page.ts';

const ARTICLE = '<h1>Article</h1><p>The council approved the new bridge on Monday.</p>';

const login = html(
  'Sign in',
  () => `<h1>Sign in</h1><form method="post"><label>E-mail <input type="email" name="user"></label>
    <label>Password <input type="password" name="password"></label><button>Sign in</button></form>
    <a class="login-link" href="/register">Create an account</a>`,
);

const framed = (
  from: string,
): string => `<div id="content">${ARTICLE}</div><p id="answer">Consent: asked</p>
  <div id="sp_message_container_1" style="position:fixed;inset:0;z-index:99">
    <iframe src="${from}/index.html?message_id=1" style="width:100%;height:100%;border:0"></iframe></div>
  <script>addEventListener('message', ({ data }) => {
    if (data !== 'accepted' && data !== 'refused') return;
    document.getElementById('answer').textContent = 'Consent: ' + data;
    document.getElementById('sp_message_container_1').remove();
  });</script>`;

export const wallPages: Pages = {
  captcha: html(
    'Just a moment...',
    () => `<h1>Verify you are human</h1><p>Complete the security check to continue.</p>
      <div class="g-recaptcha" data-sitekey="k"></div><form id="challenge-form"></form>`,
  ),
  consent: html(
    'Article',
    () => `<div id="content">${ARTICLE}</div>
      <div id="wall" style="position:fixed;inset:0;background:#eee;z-index:99">
        <h2>We value your privacy</h2><p>We and our partners use cookies and similar technologies.</p>
        <button id="accept">Accept all</button><button id="reject">Reject all</button></div>
      <script>for (const id of ['accept', 'reject'])
        document.getElementById(id).onclick = () => document.getElementById('wall').remove();</script>`,
  ),
  // The dialog lies in a frame over the page: of `?from=`, or of the page's own site.
  'consent-frame': html('Article', ({ url }) => framed(url.searchParams.get('from') ?? '')),
  // The dialog of a consent service, at the path by which its rule knows it.
  'index.html': html(
    'Privacy',
    () => `<h2>We value your privacy</h2><p>We and our partners use cookies and similar technologies.</p>
      <button class="sp_choice_type_11">Accept all</button>
      <button class="sp_choice_type_13">Reject all</button>
      <script>for (const [type, answer] of [[11, 'accepted'], [13, 'refused']])
        document.querySelector('.sp_choice_type_' + type).onclick = () => parent.postMessage(answer, '*');</script>`,
  ),
  'player-frame': html(
    'Article',
    () =>
      `${ARTICLE}<iframe src="/player" style="position:absolute;inset:0;width:100%;height:100%"></iframe>`,
  ),
  player: html('Player', () => '<button>Play the film</button>'),
  login,
  // The same wall where nobody asked to sign in.
  account: login,
  'soft-404': html(
    'Not found',
    () => '<h1>404</h1><p>The page you requested could not be found.</p>',
  ),
  missing: (visit) => send(visit, documentOf('Missing', '<h1>404 Not Found</h1>'), {}, 404),
  broken: (visit) =>
    send(visit, documentOf('Error', '<h1>500 Internal Server Error</h1>'), {}, 500),
  busy: (visit) =>
    send(visit, documentOf('Busy', '<h1>Too many requests</h1>'), { 'retry-after': '17' }, 429),
  unavailable: (visit) =>
    send(
      visit,
      documentOf('Away', '<h1>Service unavailable</h1>'),
      { 'retry-after': 'Fri, 31 Dec 2100 23:59:59 GMT' },
      503,
    ),
  geo: html('Unavailable', () => '<p>This content is not available in your country.</p>'),
  empty: html('', () => ''),
};
