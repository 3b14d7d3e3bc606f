/** The pages of the soak: usual ones, and ones that leak, hang, crash or flood. */
import { documentOf } from '../../testing/site/page.ts';
import type { Site } from '../../testing/site/site.ts';

export interface CorpusPage {
  readonly name: string;
  /** What the check of it must come to. */
  readonly code: string;
  readonly timeoutMs: number;
  /** Whether it is looked at until its time is over, or it fails. */
  readonly isLong: boolean;
}

const usual = (name: string): CorpusPage => ({
  name,
  code: 'page',
  timeoutMs: 45_000,
  isLong: false,
});
const ill = (name: string, code: string, timeoutMs = 30_000, isLong = false): CorpusPage => ({
  name,
  code,
  timeoutMs,
  isLong,
});

const USUAL: readonly CorpusPage[] = [
  'static',
  'list-0',
  'list-50',
  'list-200',
  'list-xhr',
  'late-mutation',
  'app-shell',
  'state',
  'rich',
  'shadow',
  'values',
  'consent',
].map(usual);

/** Each of them is met in every turn. */
const ILL: readonly CorpusPage[] = [
  ill('leak', 'page'),
  ill('spin', 'timeout', 2000),
  ill('spin-late', 'timeout', 2000),
  ill('alert-loop', 'limitExceeded'),
  ill('popups', 'limitExceeded'),
  ill('frames', 'limitExceeded'),
  ill('workers', 'limitExceeded'),
  ill('memory', 'outOfMemory', 30_000, true),
  ill('gzip-bomb', 'tooLarge'),
];

/** One of them is met in a turn: they end the browser, and whoever comes next waits for another. */
const FATAL: readonly CorpusPage[] = [
  ill('crash', 'browserCrashed'),
  ill('blobs', 'outOfMemory', 45_000, true),
];

/** How many pages of a turn are ill. */
export const ILL_PAGES = ILL.length + 1;

/** So many usual pages. */
export const usualPages = (count: number): CorpusPage[] =>
  Array.from({ length: count }, (_, at) => USUAL[at % USUAL.length] ?? usual('static'));

/** As many pages, the ill ones spread evenly among them. */
export function mixedPages(count: number, turn: number): CorpusPage[] {
  const bad = [...ILL, ...FATAL.filter((_, at) => at === turn % FATAL.length)];
  const pages = usualPages(Math.max(0, count - bad.length));
  const every = Math.max(1, Math.floor(count / bad.length));
  for (const [at, page] of bad.entries()) pages.splice(at * every, 0, page);
  return pages;
}

export const isIll = ({ name }: CorpusPage): boolean => !USUAL.some((page) => page.name === name);

/** The page of an address. */
export function pageAt(url: string): CorpusPage {
  const name = new URL(url).pathname.slice(1);
  return [...ILL, ...FATAL].find((page) => page.name === name) ?? usual(name);
}

/** Adds the pages that the fixture site lacks; whoever checks `crash` kills its browser. */
export function addPages(site: Site): void {
  const script = (name: string, code: string): void =>
    site.set(name, documentOf('Ill', `<p>Bait</p><script>${code}</script>`));
  script(
    'leak',
    `const held = []; setInterval(() => { const row = document.createElement('div');
       row.onclick = () => held; held.push(row, new Array(20_000).fill({})); }, 20)`,
  );
  script(
    'workers',
    `const source = URL.createObjectURL(new Blob(['setInterval(() => {}, 1000)']));
     for (let at = 0; at < 100; at += 1) new Worker(source);`,
  );
  script(
    'blobs',
    `const bytes = crypto.getRandomValues(new Uint8Array(65_536)), held = [];
     setInterval(() => { for (let at = 0; at < 8; at += 1)
       held.push(new Blob(Array.from({ length: 64 }, () => bytes))); }, 5)`,
  );
}
