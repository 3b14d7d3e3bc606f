/** Helper resources that other pages load. */
import { send, type Pages } from '../page.ts';

export const hostedPages: Pages = {
  'sw.js': (visit) =>
    send(visit, `self.addEventListener('fetch', () => {})`, { 'content-type': 'text/javascript' }),
  'with-images': (visit) =>
    send(
      visit,
      `<!doctype html><title>Images</title><style>@font-face{font-family:f;src:url(/f.woff2)}p{font-family:f}</style>
       <p>Text</p><img src="/image"><img src="/image?photo.png"><video src="/v.mp4"></video><img src="/pixel.png">`,
    ),
  'pixel.png': (visit) => send(visit, Buffer.alloc(0), { 'content-type': 'image/png' }),
  'f.woff2': (visit) => send(visit, Buffer.alloc(0), { 'content-type': 'font/woff2' }),
};
