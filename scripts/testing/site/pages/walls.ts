/** Pages that are no content: captcha, consent wall, login wall, errors. */
import { documentOf, html, send, type Pages } from '../page.ts';

const ARTICLE = '<h1>Article</h1><p>The council approved the new bridge on Monday.</p>';

const login = html(
  'Sign in',
  () => `<h1>Sign in</h1><form method="post"><label>E-mail <input type="email" name="user"></label>
    <label>Password <input type="password" name="password"></label><button>Sign in</button></form>
    <a class="login-link" href="/register">Create an account</a>`,
);

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
