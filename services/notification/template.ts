/** Fills in our own templates and a user's words: fields in braces from a closed list, no code. */
import type { AlertMessage } from '../core/contracts/notification.ts';
import { cleanProse } from '../domain/prose.ts';

/** The fields that may stand in braces; anything else in braces stays as it is written. */
export const TEMPLATE_FIELDS = [
  'title',
  'summary',
  'monitor',
  'workspace',
  'severity',
  'kind',
  'verdict',
  'why',
  'claims',
  'time',
  'link',
  'acknowledgeLink',
] as const;
export type TemplateField = (typeof TEMPLATE_FIELDS)[number];

/** A piece of rendered text; only links of ours are ever clickable. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly url: string; readonly label: string };

/** What a message says, ready for every channel. */
export interface Content {
  /** One line. */
  readonly subject: string;
  readonly body: readonly Segment[];
}

const MAX_SUBJECT = 200;
const MAX_BODY = 20_000;

const SUBJECTS: Record<AlertMessage['kind'], string> = {
  finding: '[duckmon] {title}',
  changedNotJudged: '[duckmon] Changed, not judged: {title}',
  reminder: '[duckmon] Reminder: {title}',
  failure: '[duckmon] Cannot watch: {title}',
  digest: '[duckmon] Digest: {title}',
  resolved: '[duckmon] Resolved: {title}',
  test: '[duckmon] Test: {title}',
  confirmRecipient: '[duckmon] {title}',
};

const BODY = [
  '{title}',
  '{summary}',
  '{claims}',
  '{why}',
  'Monitor: {monitor} ({workspace})\nSeverity: {severity}\nSeen: {time}',
  'Open: {link}',
  'Acknowledge: {acknowledgeLink}',
];

/** Asking somebody who may know nothing of us: what it is about, the link, and that nothing happens without it. */
const QUESTION = [
  '{title}',
  '{summary}',
  'To confirm, open this page and press the button: {link}',
  'If you do not expect this, do nothing: no other mail is sent to you.',
];

/** Renders a message with the channel's own words where it has some. */
export function renderContent(
  message: AlertMessage,
  template: { subject?: string | undefined; body?: string | undefined } = {},
): Content {
  const fields = fieldsOf(message);
  const subject = fill(template.subject ?? SUBJECTS[message.kind], fields);
  const parts = message.kind === 'confirmRecipient' ? QUESTION : BODY;
  const body = template.body === undefined ? fillParts(parts, fields) : fill(template.body, fields);
  return { subject: oneLine(plainText(subject)).slice(0, MAX_SUBJECT), body: shorten(body) };
}

/** The text of segments, with the addresses of links written out. */
export const plainText = (segments: readonly Segment[]): string =>
  segments.map((part) => (part.kind === 'text' ? part.text : part.url)).join('');

type Fields = Readonly<Record<TemplateField, Segment>>;

/** A paragraph of which every field is empty is left out. */
function fillParts(parts: readonly string[], fields: Fields): Segment[] {
  const kept = parts.filter((part) => {
    const names = [...part.matchAll(FIELD)].map(([, name]) => name).filter(isField);
    return names.length === 0 || names.some((name) => !isEmpty(fields[name]));
  });
  return fill(kept.join('\n\n'), fields);
}

const FIELD = /\{([A-Za-z]{1,32})\}/g;

const isField = (name: string | undefined): name is TemplateField =>
  (TEMPLATE_FIELDS as readonly (string | undefined)[]).includes(name);

const isEmpty = (part: Segment): boolean =>
  part.kind === 'text' ? part.text === '' : part.url === '';

/** One pass: what a field brings in is never read as a template again (D17). */
function fill(template: string, fields: Fields): Segment[] {
  const parts: Segment[] = [];
  let at = 0;
  for (const found of template.matchAll(FIELD)) {
    const [whole, name] = found;
    if (!isField(name)) continue;
    parts.push({ kind: 'text', text: template.slice(at, found.index) }, fields[name]);
    at = found.index + whole.length;
  }
  parts.push({ kind: 'text', text: template.slice(at) });
  return parts.filter((part) => !isEmpty(part));
}

function fieldsOf(message: AlertMessage): Fields {
  const text = (value: string): Segment => ({ kind: 'text', text: cleanProse(value) });
  const link = (url: string | null, label: string): Segment => ({
    kind: 'link',
    url: safeLink(url),
    label,
  });
  return {
    title: text(message.title),
    summary: text(message.summary),
    monitor: text(message.monitor),
    workspace: text(message.workspace),
    severity: text(message.severity),
    kind: text(message.kind),
    verdict: text(message.verdict?.replace('_', ' ') ?? ''),
    why: text(message.why?.replaceAll('_', ' ') ?? ''),
    claims: { kind: 'text', text: message.claims.map(claimLine).join('\n') },
    time: text(`${message.occurredAt.slice(0, 16).replace('T', ' ')} UTC`),
    link: link(
      message.link,
      message.kind === 'confirmRecipient' ? 'Confirm this address' : 'Open in duckmon',
    ),
    acknowledgeLink: link(message.acknowledgeLink, 'Acknowledge'),
  };
}

/** One claim in one line, with its quote; page text loses links and markup like a model's words. */
export function claimLine(claim: AlertMessage['claims'][number]): string {
  const [subject, before, after, quote] = [
    claim.subject,
    claim.before ?? '',
    claim.after ?? '',
    claim.quote,
  ].map(cleanProse);
  const values = [before, after].filter((value) => value !== '').join(' → ');
  const fact = values === '' ? subject : `${subject}: ${values}`;
  return quote === '' ? `• ${fact}` : `• ${fact} – “${quote}”`;
}

/** Our own address in its canonical form; '' when it is none that a browser opens. */
export function safeLink(url: string | null): string {
  if (url === null || !URL.canParse(url)) return '';
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href : '';
}

/** Without line breaks and other control characters: fit for a header (D18). */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();

function shorten(segments: readonly Segment[]): Segment[] {
  let room = MAX_BODY;
  return segments.map((part) => {
    if (part.kind === 'link') return part;
    const text = part.text.slice(0, room);
    room -= text.length;
    return { kind: 'text', text };
  });
}
