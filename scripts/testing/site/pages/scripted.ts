/** Pages that need JavaScript: lists that come by XHR, late changes, app shells. */
import { documentOf, html, send, type Page, type Pages, type Visit } from '../page.ts';

const list = (delay: number): Page =>
  html(
    `List ${delay}`,
    () => `<h1>Offers</h1><ul id="list"><li class="loading">Loading</li></ul><script>
      fetch('/list.json?delay=${delay}').then((answer) => answer.json()).then((rows) => {
        document.getElementById('list').innerHTML = rows.map((row) => '<li>' + row + '</li>').join('');
      });</script>`,
  );

const xhrList: Page = html(
  'XHR',
  () => `<ul id="list"></ul><script>
    const request = new XMLHttpRequest();
    request.open('GET', '/list.json?delay=200');
    request.onload = () => { document.getElementById('list').textContent = request.responseText; };
    request.send();</script>`,
);

async function rows(visit: Visit): Promise<void> {
  await visit.wait(Number(visit.url.searchParams.get('delay') ?? 0));
  const names = ['Lamp', 'Table', 'Sofa'].map((name) => `${name} ${visit.version}`);
  send(visit, JSON.stringify(names), { 'content-type': 'application/json' });
}

const scripted = (title: string, body: string): Page => html(title, () => body);

export const scriptedPages: Pages = {
  'list.json': rows,
  'list-0': list(0),
  'list-50': list(50),
  'list-200': list(200),
  'list-800': list(800),
  'list-xhr': xhrList,
  // Requests one after the other, with nothing shown before the last.
  'list-chain': scripted(
    'Chain',
    `<ul id="list"></ul><script>(async () => {
      let rows = [];
      for (let i = 0; i < 3; i += 1) rows = await (await fetch('/list.json?delay=180')).json();
      document.getElementById('list').textContent = rows.join(' ');
    })();</script>`,
  ),
  'late-mutation': scripted(
    'Late',
    `<p id="a">first</p><script>
      setTimeout(() => { document.getElementById('a').textContent = 'second'; }, 150);
      setTimeout(() => { document.getElementById('a').textContent = 'third'; }, 350);</script>`,
  ),
  'late-timer': scripted(
    'Timer',
    `<p id="a">before</p><script>
      setTimeout(() => { document.getElementById('a').textContent = 'after 700 ms'; }, 700);</script>`,
  ),
  'app-shell': scripted(
    'App',
    `<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript>
     <script src="/app.js"></script>`,
  ),
  'app.js': (visit) =>
    send(
      visit,
      `document.getElementById('root').innerHTML = '<h1>Rendered</h1><p>By script</p>';`,
      {
        'content-type': 'text/javascript',
      },
    ),
  ticking: scripted(
    'Ticking',
    `<p>Fixed words</p><p id="tick">0</p><script>
      let n = 0; setInterval(() => { document.getElementById('tick').textContent = ++n; }, 50);</script>`,
  ),
  'wait-for': scripted(
    'Slow part',
    `<p>Shell</p><script>setTimeout(() => {
       const part = document.createElement('p'); part.id = 'part'; part.textContent = 'The slow part';
       document.body.append(part); }, 1300);</script>`,
  ),
  worker: scripted('Worker', `<p>With a worker</p><script>new Worker('/app.js')</script>`),
  shadow: scripted(
    'Shadow',
    `<x-card></x-card><script>customElements.define('x-card', class extends HTMLElement {
      constructor() { super(); this.attachShadow({ mode: 'open' }).innerHTML = '<p>In the shadow</p>'; } });</script>`,
  ),
  invisible: (visit) =>
    send(
      visit,
      documentOf(
        'Hidden',
        `<p>Seen</p><p class="none">display none</p><p style="visibility:hidden">invisible</p>
         <p style="opacity:0">transparent</p><p class="off">off screen</p><p class="same">same colour</p>
         <p class="zero">zero size</p><p class="clip">clipped</p><div aria-hidden="true">decoration</div>`,
        `<style>.none{display:none}.off{position:absolute;left:-9999px}.same{color:#fff;background:#fff}
         .zero{width:0;height:0;overflow:hidden}.clip{position:absolute;clip:rect(0,0,0,0)}</style>`,
      ),
    ),
  rich: scripted(
    'Rich',
    `<h1>Title</h1><h2>Part  one</h2><p>Some <b>bold</b> text<br>and a second line</p>
     <ul><li>One</li><li>Two<ul><li>Two and a half</li></ul></li></ul>
     <table><thead><tr><th>Plan</th><th>Price</th></tr></thead><tbody><tr><td>Basic</td><td>10</td></tr></tbody></table>
     <pre>line a
line b</pre><button>Buy</button><input value="typed"><select><option>One</option><option>Other</option></select>`,
  ),
  'moves-on': scripted('Old', `<p>Old page</p><script>location.replace('/static')</script>`),
  'reload-loop': scripted('Loop', `<p>Loop</p><script>location.reload()</script>`),
  echo: html(
    'Echo',
    ({ request }) =>
      `<pre id="headers">${JSON.stringify(request.headers)}</pre><pre id="method">${request.method}</pre>
       <p id="zone"></p><script>document.getElementById('zone').textContent =
       [Intl.DateTimeFormat().resolvedOptions().timeZone, navigator.language, innerWidth, navigator.webdriver].join(' ');</script>`,
  ),
};
