/** Ways out beyond the known page; each has a target of its own, so that each is seen by itself. */
import type { ServedPage } from '../../../../scripts/testing/netns/agents/inet.ts';
import { CALLS } from './calls.ts';
import { ELEMENTS } from './elements.ts';
import type { Vector } from './vector.ts';
import { HOST, pathOf } from './written.ts';

const WRITTEN = [...ELEMENTS, ...CALLS];

export const MORE: readonly Vector[] = WRITTEN;

const to = (id: string): string => `${HOST}${pathOf(id)}`;

const HEADERS = {
  link: `<${to('link-header')}>; rel=preload; as=image`,
  'content-security-policy-report-only': `img-src 'none'; report-uri ${to('csp-report')}`,
  'report-to': JSON.stringify({ group: 'g', max_age: 9, endpoints: [{ url: to('report-to') }] }),
  'reporting-endpoints': `default="${to('report-to')}"`,
  nel: JSON.stringify({ report_to: 'g', max_age: 9, success_fraction: 1 }),
};
const STYLED = `<?xml version="1.0"?><?xml-stylesheet type="text/css" href="${to('xslt')}"?><x>x</x>`;
const PDF = `%PDF-1.4 1 0 obj<</Type/Catalog/OpenAction<</S/URI/URI(${to('pdf-link')})>>>>endobj`;

/** What the site of the page answers. */
export const morePages = (): Readonly<Record<string, ServedPage>> => ({
  '/more': {
    body: `<!doctype html><meta charset=utf-8><body>${WRITTEN.map(({ markup }) => markup).join('\n')}`,
    headers: HEADERS,
    hint: `<${to('early-hints')}>; rel=preload; as=script`,
  },
  '/refresh': { body: 'x', headers: { refresh: `0;url=${to('refresh-header')}` } },
  '/styled.xml': { body: STYLED, type: 'text/xml' },
  '/file.pdf': { body: PDF, type: 'application/pdf' },
  '/import.js': { body: `import '${to('module-worker')}'`, type: 'text/javascript' },
  '/shared.js': {
    body: `new WebSocket('ws://10.96.0.1${pathOf('ws-shared')}')`,
    type: 'text/javascript',
  },
});
