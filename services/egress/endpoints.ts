/** Endpoints that the operator of the installation configured, each open to exactly one caller. */
import type { EgressIssuer } from '../core/serviceKeys.ts';
import type { Target } from './target.ts';

export interface Endpoint extends Target {
  readonly issuer: EgressIssuer;
}

export interface EndpointSettings {
  readonly openaiBaseUrl?: string | undefined;
  readonly smtpHost?: string | undefined;
  readonly smtpPort: number;
  readonly sendgridBaseUrl?: string | undefined;
  readonly oidcIssuer?: string | undefined;
}

/** The endpoints of a configuration; what is not configured opens nothing. */
export function endpointsOf(settings: EndpointSettings): Endpoint[] {
  const { openaiBaseUrl, smtpHost, smtpPort, sendgridBaseUrl, oidcIssuer } = settings;
  return [
    ...ofUrl('llm', openaiBaseUrl),
    ...ofUrl('notification', sendgridBaseUrl ?? 'https://api.sendgrid.com'),
    ...ofUrl('api', oidcIssuer),
    ...(smtpHost
      ? [{ issuer: 'notification' as const, host: plain(smtpHost), port: smtpPort }]
      : []),
  ];
}

function ofUrl(issuer: EgressIssuer, text: string | undefined): Endpoint[] {
  if (text === undefined) return [];
  const url = new URL(text);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  return [{ issuer, host: plain(url.hostname), port }];
}

const plain = (host: string): string =>
  host
    .toLowerCase()
    .replaceAll(/^\[|\]$/g, '')
    .replace(/\.$/, '');

/** Whether the target is a configured endpoint of this very caller. */
export const isEndpoint = (
  endpoints: readonly Endpoint[],
  issuer: EgressIssuer,
  { host, port }: Target,
): boolean =>
  endpoints.some(
    (endpoint) => endpoint.issuer === issuer && endpoint.host === host && endpoint.port === port,
  );
