/** Posts a JSON body to an address of a user and says what came of it. */
import type { DeliverResult } from '../../core/contracts/notification.ts';
import type { NotificationConfig } from '../config.ts';
import { post } from '../post.ts';
import { codeOf, excerpt, fromStatus, fromUnsent, rejected, unknown } from '../result.ts';
import type { Delivery } from './context.ts';

export interface JsonPost {
  /** Such as `Slack`; stands in reasons. */
  readonly who: string;
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the beginning of an error's body may be told; never of an address that users choose. */
  readonly tellBody?: boolean;
  /** Looks at a 2xx answer: some providers report failures in it. */
  readonly inspect?: (body: string) => DeliverResult | undefined;
}

/** One attempt. */
export async function postJson(delivery: Delivery, wanted: JsonPost): Promise<DeliverResult> {
  const url = readUrl(wanted.url);
  if (!url)
    return rejected(
      `The address of ${wanted.who} is not an absolute http or https URL without user info`,
    );
  if (isPlatformEndpoint(url, delivery.config))
    return rejected(`The address of ${wanted.who} is not allowed: it is a server of the platform`);
  const outcome = await post(delivery.transport, {
    url,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'duckmon',
      ...wanted.headers,
    },
    body: wanted.body,
    signal: delivery.signal,
  });
  switch (outcome.kind) {
    case 'answered': {
      const isDone = outcome.status >= 200 && outcome.status < 300;
      const seen = isDone ? wanted.inspect?.(outcome.body) : undefined;
      const detail = wanted.tellBody === true ? excerpt(outcome.body) : '';
      return (
        seen ??
        fromStatus(wanted.who, outcome.status, outcome.retryAfter, delivery.clock.now(), detail)
      );
    }
    case 'notSent':
      return fromUnsent(wanted.who, outcome.error);
    case 'unanswered':
      return unknown(
        `${wanted.who} took the request and did not answer (${codeOf(outcome.error)})`,
      );
    default:
      return outcome satisfies never;
  }
}

function readUrl(text: string): URL | undefined {
  if (!URL.canParse(text.trim())) return undefined;
  const url = new URL(text.trim());
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  return isHttp && url.username === '' && url.password === '' ? url : undefined;
}

/**
 * The egress opens the platform's own mail servers for this service, private or not; only mail goes
 * there, never a request that a user addressed.
 */
function isPlatformEndpoint(url: URL, { sendGrid, smtp }: NotificationConfig): boolean {
  const portOf = ({ port, protocol }: URL): number =>
    Number(port || (protocol === 'https:' ? 443 : 80));
  const plain = (host: string): string => host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  const isAt = (host: string, port: number): boolean =>
    plain(url.hostname) === plain(host) && portOf(url) === port;
  const base = new URL(sendGrid.baseUrl);
  return isAt(base.hostname, portOf(base)) || (smtp !== undefined && isAt(smtp.host, smtp.port));
}
