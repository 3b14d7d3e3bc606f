/** Ways out by elements, styles and headers. */
import { request } from './vector.ts';
import { framed, script, styled, written, type Written } from './written.ts';

export const ELEMENTS: readonly Written[] = [
  written('styles', 'image-set', styled("background: image-set('TO' 1x)")),
  written('styles', 'border-image', styled('border: 5px solid; border-image: url(TO) 30')),
  written('styles', 'list-style', styled('display: list-item; list-style-image: url(TO)')),
  written('styles', 'content', '<style>.c::before { content: url(TO) }</style><p class=c>x</p>'),
  written('styles', 'mask', styled('mask-image: url(TO)')),
  written('styles', 'shape', styled('float: left; shape-outside: url(TO)')),
  written('styles', 'var', styled('--u: url(TO); background: var(--u)')),
  written(
    'styles',
    'attr',
    '<style>.a { background: attr(data-u type(<url>)) }</style><p class=a data-u="TO">x</p>',
    {
      quiet: 'attr() gives no address in any browser',
    },
  ),
  written('styles', 'FontFace', script("await new FontFace('far', 'url(TO)').load()")),
  written(
    'styles',
    'constructed',
    script(
      "const s = new CSSStyleSheet(); s.replaceSync('body { border-image: url(TO) 1 }'); document.adoptedStyleSheets.push(s)",
    ),
  ),
  written(
    'styles',
    'view-transition',
    `<style>::view-transition { background: url(TO) }</style>${script('await document.startViewTransition(() => document.body.append(1)).ready')}`,
  ),
  written('SVG', 'svg-image', '<svg><image href="TO"/></svg>'),
  written(
    'SVG',
    'svg-feImage',
    '<svg width=9 height=9><filter id=fe><feImage href="TO"/></filter><rect width=9 height=9 filter="url(#fe)"/></svg>',
  ),
  written('SVG', 'svg-use', '<svg><use href="TO#u"/></svg>', {
    quiet: 'what is used must come from the same origin',
  }),
  written('SVG', 'svg-script', '<svg><script href="TO"></script></svg>'),
  written('SVG', 'svg-set', '<svg><image><set attributeName="href" to="TO"/></image></svg>'),
  written(
    'modules',
    'import-map',
    '<script type=importmap>{"imports":{"far":"TO"}}</script><script type=module>import "far"</script>',
  ),
  written('modules', 'dynamic-import', script("await import('TO')")),
  written('modules', 'script', '<script async src="TO"></script>'),
  written('hints', 'preload', '<link rel=preload as=image href="TO">'),
  written('hints', 'modulepreload', '<link rel=modulepreload href="TO">'),
  written('hints', 'manifest', '<link rel=manifest href="TO">', {
    quiet: 'a browser without a window installs nothing',
  }),
  written('headers', 'link-header', ''),
  written('headers', 'early-hints', '', { quiet: 'Chromium takes a 103 over HTTP/2 only' }),
  written('headers', 'csp-report', '<img src="http://blocked.invalid:1/">'),
  written('headers', 'report-to', '', { quiet: 'reports go to secure addresses only' }),
  written('headers', 'nel', '', { quiet: 'errors are reported over secure connections only' }),
  written('headers', 'refresh-header', '<iframe src="/refresh"></iframe>'),
  written('icons', 'touch-icon', '<link rel=apple-touch-icon href="TO">', {
    quiet: 'a browser without a window shows no icon',
  }),
  written('images', 'srcset', '<img srcset="TO 1x">'),
  written('images', 'picture', '<picture><source srcset="TO"><img></picture>'),
  written('images', 'input', '<input type=image src="TO">'),
  written('images', 'table', '<table background="TO"><tr><td>x</table>'),
  written('images', 'new-Image', script("new Image().src = 'TO'")),
  written('images', 'octal', '<img src="http://0251.0376.0251.0376/m/octal">'),
  written('images', 'dotted', '<img src="http://169.254.169.254./m/dotted">'),
  written('images', 'circled', '<img src="http://①⑥⑨.254.169.254/m/circled">'),
  written('images', 'metadata-v6', '<img src="http://[fd00:ec2::254]/m/metadata-v6">'),
  written('media', 'poster', '<video poster="TO"></video>'),
  written('media', 'track', '<video src="/none"><track default src="TO"></video>', {
    quiet: 'a track is loaded with its video',
  }),
  written('media', 'Audio', script("new Audio('TO').load()")),
  written('frames', 'srcdoc', framed('<img src="TO">')),
  written('frames', 'data-frame', `<iframe src="data:text/html,<img src='TO'>"></iframe>`),
  written(
    'frames',
    'blob-frame',
    script(`const f = document.createElement('iframe');
    f.src = URL.createObjectURL(new Blob(['<img src="TO">'], { type: 'text/html' })); document.body.append(f)`),
  ),
  written('frames', 'script-frame', `<iframe src="javascript:'<img src=TO>'"></iframe>`),
  written('frames', 'frameset', framed('<frameset><frame src="TO"></frameset>')),
  written('frames', 'object-svg', '<object type="image/svg+xml" data="TO"></object>'),
  written('frames', 'embed-pdf', '<embed type="application/pdf" src="TO">', {
    quiet: 'the shell has no reader of PDF',
  }),
  written('frames', 'pdf-link', '<iframe src="/file.pdf"></iframe>', {
    quiet: 'the shell has no reader of PDF, so no link of one is followed',
  }),
  written('frames', 'xslt', '<iframe src="/styled.xml"></iframe>'),
  written('navigation', 'meta-refresh', framed('<meta http-equiv=refresh content="0;url=TO">')),
  written('navigation', 'location', framed("<script>location.replace('TO')</script>")),
  written('navigation', 'click', framed('<a id=a href="TO">x</a><script>a.click()</script>')),
  written('navigation', 'base', framed('<base href="TO/"><img src="below">'), {
    sign: request('/m/base/below'),
  }),
  written(
    'forms',
    'get-form',
    framed('<form id=f action="TO"></form><script>f.submit()</script>'),
    {
      sign: request('/m/get-form?'),
    },
  ),
  written(
    'forms',
    'formaction',
    framed('<form><button id=b formaction="TO">x</button></form><script>b.click()</script>'),
    {
      sign: request('/m/formaction?'),
    },
  ),
];
