/** The way in, and its certificate, in the table of health. Pure. */
import { X509Certificate } from 'node:crypto';
import { age } from '../../../services/cli/terminal.ts';
import type { Row } from './row.ts';

export interface Ingress {
  readonly spec?: {
    readonly tls?: readonly { readonly secretName?: string; readonly hosts?: readonly string[] }[];
    readonly rules?: readonly { readonly host?: string }[];
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

/** What was found of the Secret of the certificate. */
export type Certificate =
  | { readonly kind: 'none' }
  | { readonly kind: 'missing'; readonly secret: string }
  /** We may not read it. */
  | { readonly kind: 'hidden'; readonly secret: string }
  | { readonly kind: 'found'; readonly secret: string; readonly pem: string };

/** The Secret that an Ingress takes its certificate from. */
export const certificateSecret = (ingress: Ingress | undefined): string | undefined =>
  ingress?.spec?.tls?.[0]?.secretName;

export function entranceRows(
  ingress: Ingress | undefined,
  certificate: Certificate,
  now: Date,
): Row[] {
  const part = 'ingress';
  if (ingress === undefined) {
    const detail = 'none: kubectl port-forward svc/duckmon-dashboard 3000';
    const next = 'for others than you: HOSTNAME and ingress.enabled=true';
    return [{ part, state: 'note', ready: '', detail, next }];
  }
  const host = ingress.spec?.rules?.[0]?.host ?? '';
  const addresses = ingress.status?.loadBalancer?.ingress ?? [];
  const at = addresses.map(({ ip, hostname }) => ip ?? hostname ?? '').join(', ');
  const detail = `${host}${at === '' ? ', not at an address yet' : ` at ${at}`}`;
  const next = 'is the ingress controller running, and is ingress.className its class?';
  const row: Row = { part, state: at === '' ? 'note' : 'ok', ready: '', detail, next };
  return [row, certificateRow(certificate, host, now)];
}

function certificateRow(certificate: Certificate, host: string, now: Date): Row {
  const part = 'certificate';
  switch (certificate.kind) {
    case 'none': {
      const detail = 'none: browsers refuse the sign-in unless something in front serves TLS';
      return { part, state: 'note', ready: '', detail, next: 'ingress.tls.enabled=true' };
    }
    case 'missing': {
      const next = 'make it, or let cert-manager: annotation cert-manager.io/cluster-issuer';
      const detail = `there is no Secret ${certificate.secret}`;
      return { part, state: 'bad', ready: '', detail, next };
    }
    case 'hidden': {
      const detail = `not known: you may not read the Secret ${certificate.secret}`;
      return { part, state: 'note', ready: '', detail };
    }
    case 'found':
      return judge(certificate.pem, certificate.secret, host, now);
    default:
      return certificate satisfies never;
  }
}

function judge(pem: string, secret: string, host: string, now: Date): Row {
  const part = 'certificate';
  const bad = (detail: string): Row => ({
    part,
    state: 'bad',
    ready: '',
    detail,
    next: `renew the Secret ${secret}; with cert-manager: kubectl describe certificate ${secret}`,
  });
  const certificate = readCertificate(pem);
  if (certificate === undefined) return bad(`tls.crt of ${secret} is no certificate`);
  const { validFromDate, validToDate } = certificate;
  const left = `ends ${age(validToDate.toISOString(), now)}`;
  if (now >= validToDate) return bad(`ended ${age(validToDate.toISOString(), now)} ago`);
  if (now < validFromDate) return bad(`begins ${age(validFromDate.toISOString(), now)}`);
  if (certificate.checkHost(host) === undefined) return bad(`is not for ${host}`);
  // However long it lives: those that renew do so at two thirds of that time.
  const isLate =
    Number(validToDate) - Number(now) < (Number(validToDate) - Number(validFromDate)) / 10;
  if (isLate) return { ...bad(left), state: 'note' };
  return { part, state: 'ok', ready: '', detail: left };
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
