/** How the vectors of `more.ts` are written: markup with a target of its own. */
import { request, type Sign, type Vector } from './vector.ts';

export interface Written extends Vector {
  /** Markup of the page; in it `TO` is the vector's target. */
  readonly markup: string;
}

export const HOST = 'http://10.96.0.1';
export const pathOf = (id: string): string => `/m/${id}`;

export function written(
  group: string,
  id: string,
  markup: string,
  more: { readonly sign?: Sign; readonly quiet?: string } = {},
): Written {
  const { sign = request(pathOf(id)), quiet } = more;
  const filled = markup.replaceAll('TO', `${HOST}${pathOf(id)}`);
  return { group, id, sign, markup: filled, ...(quiet === undefined ? {} : { quiet }) };
}

export const script = (text: string): string =>
  `<script>(async () => { ${text} })().catch(() => 0);</script>`;
export const framed = (html: string): string =>
  `<iframe srcdoc="${html.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`;
export const styled = (declaration: string): string => `<div style="${declaration}">x</div>`;
export const inWorker = (text: string): string =>
  script(`new Worker(URL.createObjectURL(new Blob([${JSON.stringify(text)}])))`);
export const ice = (server: string, more = ''): string =>
  script(`const pc = new RTCPeerConnection({ iceServers: [${server}]${more} });
    pc.createDataChannel('x'); await pc.setLocalDescription(await pc.createOffer());`);
