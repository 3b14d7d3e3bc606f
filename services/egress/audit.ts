/** One line and one count for each connection that was opened, refused or ended. */
import type { EgressGrant } from '../core/egress/credential.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { Admission } from './policy.ts';
import type { Refusal, RefusalReason } from './refusal.ts';
import type { Target } from './target.ts';

/** What is known about a request when something happens to it. */
export interface Subject {
  readonly grant?: EgressGrant | undefined;
  readonly target?: Target | undefined;
  readonly client?: string | undefined;
}

export interface Traffic {
  readonly sent: number;
  readonly received: number;
}

export interface Audit {
  opened(subject: Subject, address: string, admission: Admission): void;
  refused(subject: Subject, refusal: Refusal): void;
  /** @param cut why the proxy ended it, when it did. */
  closed(subject: Subject, traffic: Traffic, cut?: RefusalReason | CutReason): void;
}

export type CutReason = 'time' | 'idle';

/** Failures of the target, in contrast to decisions of the proxy. */
const FAILURES: ReadonlySet<RefusalReason> = new Set([
  'name_not_found',
  'connect_refused',
  'connect_timeout',
  'connect_failed',
  'connection_reset',
  'invalid_answer',
  'headers_too_large',
]);

export function createAudit(log: Log, metrics: Metrics): Audit {
  const connections = metrics.counter({
    name: 'mon_egress_connections_total',
    help: 'Connections asked of the egress proxy',
    labelNames: ['result', 'reason', 'issuer'],
  });
  const bytes = metrics.counter({
    name: 'mon_egress_bytes_total',
    help: 'Bytes moved by the egress proxy',
    labelNames: ['direction'],
  });
  return {
    opened: (subject, address, { grounds, by }) => {
      connections.inc({ result: 'opened', reason: grounds, issuer: issuerOf(subject) });
      const level = grounds === 'public' ? 'debug' : 'info';
      const line = { event: 'egress.opened', grounds, by, address, ...fields(subject) };
      log[level](line, 'opened');
    },
    refused: (subject, refusal) => {
      const { reason, detail } = refusal;
      const result = FAILURES.has(reason) ? 'failed' : 'refused';
      connections.inc({ result, reason, issuer: issuerOf(subject) });
      if (reason === 'credential_invalid')
        metrics.authFailures.inc({ reason: 'egress_credential' });
      const level = levelOf(reason);
      log[level]({ event: `egress.${result}`, reason, detail, ...fields(subject) }, result);
    },
    closed: (subject, { sent, received }, cut) => {
      bytes.inc({ direction: 'sent' }, sent);
      bytes.inc({ direction: 'received' }, received);
      const level = cut ? 'warn' : 'debug';
      log[level]({ event: 'egress.closed', cut, sent, received, ...fields(subject) }, 'closed');
    },
  };
}

/** A missing credential is the first half of the browser's challenge; its own traffic is noise. */
function levelOf(reason: RefusalReason): 'debug' | 'info' | 'warn' {
  if (reason === 'credential_missing' || reason === 'browser_update') return 'debug';
  return FAILURES.has(reason) ? 'info' : 'warn';
}

const issuerOf = ({ grant }: Subject): string => grant?.issuer ?? 'unknown';

const fields = ({ grant, target, client }: Subject): Record<string, unknown> => ({
  issuer: grant?.issuer,
  workspace: grant?.workspace,
  subject: grant?.subject,
  id: grant?.id,
  host: target?.host,
  port: target?.port,
  client,
});
