/** Microsoft Teams by a webhook: an adaptive card of plain text runs, which know no markup. */
import type { DeliverResult } from '../../core/contracts/notification.ts';
import { rejected, retry } from '../result.ts';
import { safeLink, type Segment } from '../template.ts';
import type { Delivery } from './context.ts';
import { postJson } from './json.ts';

/** Teams refuses cards beyond 28 KB. */
const MAX_TEXT = 12_000;

/** The body of the request. */
export function teamsPayload(
  delivery: Pick<Delivery, 'content' | 'message'>,
): Record<string, unknown> {
  const { content, message } = delivery;
  const links = [
    { title: 'Open in duckmon', url: safeLink(message.link) },
    { title: 'Acknowledge', url: safeLink(message.acknowledgeLink) },
  ];
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          type: 'AdaptiveCard',
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          version: '1.4',
          body: [
            textBlock([
              { type: 'TextRun', text: content.subject, weight: 'bolder', size: 'medium' },
            ]),
            ...paragraphs(content.body).map((text) => textBlock([{ type: 'TextRun', text }])),
          ],
          actions: links
            .filter(({ url }) => url !== '')
            .map((link) => ({ type: 'Action.OpenUrl', ...link })),
        },
      },
    ],
  };
}

/** Delivers to the address in the channel's secret. */
export const deliverTeams = (
  delivery: Delivery,
  target: { readonly secret: string },
): Promise<DeliverResult> =>
  postJson(delivery, {
    who: 'Teams',
    url: target.secret,
    body: JSON.stringify(teamsPayload(delivery)),
    tellBody: true,
    inspect: failureInBody,
  });

/** Connectors of Teams answer 200 and say in the body that they could not deliver. */
function failureInBody(body: string): DeliverResult | undefined {
  const status = Number(/HTTP error (\d{3})/i.exec(body)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) return undefined;
  const reason = `Teams answered that delivery failed with status ${status}`;
  return status === 429 || status >= 500 ? retry(reason) : rejected(reason);
}

const textBlock = (inlines: readonly Record<string, unknown>[]): Record<string, unknown> => ({
  type: 'RichTextBlock',
  inlines,
});

/** Links stand below as buttons; a line that only names one is left out. */
function paragraphs(body: readonly Segment[]): string[] {
  const text = body
    .map((part) => (part.kind === 'text' ? part.text : LINK_PLACE))
    .join('')
    .slice(0, MAX_TEXT);
  return text
    .split('\n')
    .filter((line) => !(line.includes(LINK_PLACE) && line.length < 40))
    .map((line) => line.replaceAll(LINK_PLACE, '(see below)').trim())
    .filter((line) => line !== '');
}

const LINK_PLACE = '\u0000';
