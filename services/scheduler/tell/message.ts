/** Writes the message of an alert: our own words, proven claims, and the only link, our own. */
import type { AlertMessage } from '../../core/contracts/notification.ts';
import type { SeverityWord, VerdictKind, VerifiedClaim } from '../../domain/types.ts';

export interface MessageContext {
  readonly workspace: string;
  readonly monitor: string;
  /** The dashboard's address, without a slash at its end. */
  readonly publicUrl: string;
  readonly now: Date;
  readonly checkId: string | null;
}

/** What is told, whatever kind of alert tells it. */
export interface Told {
  readonly severity: SeverityWord;
  readonly title: string;
  readonly summary: string;
  readonly claims: readonly VerifiedClaim[];
  readonly verdict: VerdictKind | null;
  readonly why: string | null;
}

const MAX_TITLE = 200;
const MAX_SUMMARY = 1000;
const MAX_CLAIMS = 20;

/** A message about one finding, or about none (digest). */
export function makeMessage(
  context: MessageContext,
  kind: AlertMessage['kind'],
  told: Told,
  ids: {
    readonly alertId: string;
    readonly findingId: string | null;
    readonly token: string | undefined;
  },
): AlertMessage {
  const { workspace, monitor, publicUrl } = context;
  const path =
    ids.findingId === null
      ? `/monitors/${encodeURIComponent(monitor)}`
      : `/findings/${ids.findingId}`;
  return {
    id: ids.alertId,
    kind,
    workspace,
    monitor,
    severity: told.severity,
    title: told.title.slice(0, MAX_TITLE),
    summary: told.summary.slice(0, MAX_SUMMARY),
    claims: told.claims
      .slice(0, MAX_CLAIMS)
      .map(({ source, subject, before, after, quote, side }) => ({
        source,
        subject,
        before,
        after,
        quote,
        side,
      })),
    verdict: told.verdict,
    why: told.why,
    findingId: ids.findingId,
    checkId: context.checkId,
    occurredAt: context.now.toISOString(),
    link: `${publicUrl}${path}`,
    acknowledgeLink: ids.token === undefined ? null : `${publicUrl}/acknowledge?token=${ids.token}`,
  };
}
