/** The HTML part of a mail: escaped text, our own links, nothing that is loaded from anywhere. */
import type { Content, Segment } from './template.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for element content and quoted attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? '');

/** A whole document without script, image, style sheet or any other remote content. */
export function renderHtml(content: Content): string {
  const title = escapeHtml(content.subject);
  const body = content.body.map(renderSegment).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><div style="font-family:sans-serif;font-size:16px;line-height:1.5">${body}</div></body></html>`;
}

const renderSegment = (part: Segment): string =>
  part.kind === 'text'
    ? escapeHtml(part.text).replace(/\r\n|[\r\n]/g, '<br>\n')
    : `<a href="${escapeHtml(part.url)}" rel="noreferrer">${escapeHtml(part.label)}</a>`;
