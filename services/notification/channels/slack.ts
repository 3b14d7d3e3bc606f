/** Slack by an incoming webhook: escaped text in blocks, nothing that mentions or unfurls. */
import type { DeliverResult } from '../../core/contracts/notification.ts';
import type { Segment } from '../template.ts';
import type { Delivery } from './context.ts';
import { postJson } from './json.ts';

const MAX_HEADER = 150;
const MAX_SECTION = 3000;
const MAX_SECTIONS = 8;

/** Slack's three control characters; without them no mention, channel or link can be written. */
export const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The body of the request. */
export function slackPayload(delivery: Pick<Delivery, 'content'>): Record<string, unknown> {
  const { subject, body } = delivery.content;
  return {
    text: escapeSlack(subject),
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: subject.slice(0, MAX_HEADER), emoji: false },
      },
      ...sections(body).map((text) => ({
        type: 'section',
        text: { type: 'mrkdwn', text, verbatim: true },
      })),
    ],
  };
}

/** Delivers to the address in the channel's secret. */
export const deliverSlack = (
  delivery: Delivery,
  target: { readonly secret: string },
): Promise<DeliverResult> =>
  postJson(delivery, {
    who: 'Slack',
    url: target.secret,
    body: JSON.stringify(slackPayload(delivery)),
    tellBody: true,
  });

/** Divides at paragraphs; an escape sequence or link is never cut in two. */
function sections(body: readonly Segment[]): string[] {
  const text = body.map(markup).join('');
  const result: string[] = [];
  for (const paragraph of text.split(/\n{2,}/)) {
    const last = result.at(-1);
    if (last !== undefined && last.length + 2 + paragraph.length <= MAX_SECTION)
      result[result.length - 1] = `${last}\n\n${paragraph}`;
    else if (paragraph.trim() !== '') result.push(cut(paragraph));
  }
  return result.slice(0, MAX_SECTIONS);
}

const markup = (part: Segment): string =>
  part.kind === 'text'
    ? escapeSlack(part.text)
    : `<${escapeSlack(part.url).replaceAll('|', '%7C')}|${escapeSlack(part.label)}>`;

function cut(text: string): string {
  if (text.length <= MAX_SECTION) return text;
  return `${text.slice(0, MAX_SECTION - 1).replace(/[&<][^;>]*$/, '')}…`;
}
