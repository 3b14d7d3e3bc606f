/** The mail that asks a recipient to confirm: whether it goes now, and its one-time link. */
import { createHash } from 'node:crypto';
import type { AlertMessage } from '../../core/contracts/notification.ts';
import type { DeliveryClaim, DeliveryOutcome } from '../../store/outbox.ts';
import { listSecretRecipients, moveAddress, type SecretRecipient } from '../../store/recipients.ts';
import { askableAt, noteMailed } from '../../store/recipientsAsked.ts';
import { createOneTimeToken, deleteOneTimeToken } from '../../store/tokens.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { SchedulerDeps } from '../deps.ts';

export type QuestionDeps = Pick<SchedulerDeps, 'pool' | 'clock' | 'newToken' | 'settings'>;

const TOKEN_LIFE_MS = 7 * 86_400_000;

export type Question =
  | {
      readonly kind: 'ask';
      readonly recipient: SecretRecipient;
      readonly message: AlertMessage;
      /** Takes the question back when its mail surely did not go out. */
      readonly withdraw: () => Promise<void>;
    }
  | { readonly kind: 'outcome'; readonly outcome: DeliveryOutcome };

/** Notes that the mail goes out now, or says why it does not. */
export async function prepareQuestion(
  claim: DeliveryClaim & { readonly recipient: string },
  deps: QuestionDeps,
): Promise<Question> {
  const token = deps.newToken();
  const hash = createHash('sha256').update(token).digest();
  const now = deps.clock.now();
  const { workspace, recipient: address, channel } = claim;
  return withWorkspace(deps.pool, workspace, async (tx): Promise<Question> => {
    const recipients = await listSecretRecipients(tx, workspace, channel);
    const recipient = recipients.find((each) => each.address === address);
    if (recipient?.state !== 'Pending') return { kind: 'outcome', outcome: { kind: 'drop' } };
    if (isTrusted(address, deps.settings.trustedRecipients)) {
      await moveAddress(tx, workspace, address, 'Confirmed', now, channel);
      return { kind: 'outcome', outcome: { kind: 'drop' } };
    }
    // what is sent again because nobody knew is still the same question
    const at = await askableAt(tx, workspace, address, now, claim.resent ? claim.id : undefined);
    if (at)
      return {
        kind: 'outcome',
        outcome: { kind: 'defer', at, error: `${address} was asked not long ago` },
      };
    await noteMailed(tx, workspace, claim.id, now);
    await createOneTimeToken(
      tx,
      hash,
      { purpose: 'confirm-recipient', workspace, userId: null, subject: address },
      { createdAt: now, expiresAt: new Date(now.getTime() + TOKEN_LIFE_MS) },
    );
    const message = questionMessage(
      claim,
      `${deps.settings.publicUrl}/confirm?token=${token}`,
      now,
    );
    const withdraw = (): Promise<void> =>
      withWorkspace(deps.pool, workspace, async (again) => {
        await noteMailed(again, workspace, claim.id, null);
        await deleteOneTimeToken(again, hash);
      });
    return { kind: 'ask', recipient, message, withdraw };
  });
}

const isTrusted = (address: string, trusted: readonly string[] = []): boolean =>
  trusted.some((each) => each.toLowerCase() === address.toLowerCase());

const questionMessage = (
  { id, channel, workspace }: DeliveryClaim,
  link: string,
  now: Date,
): AlertMessage => ({
  id,
  kind: 'confirmRecipient',
  workspace,
  monitor: channel,
  severity: 'info',
  title: 'Do you want alerts at this address?',
  summary: `Somebody added this address to the channel "${channel}" of the workspace "${workspace}" of duckmon, which watches web pages and tells people what changed. Alerts come only after you confirm. The link works for 7 days.`,
  claims: [],
  verdict: null,
  why: null,
  findingId: null,
  checkId: null,
  occurredAt: now.toISOString(),
  link,
  acknowledgeLink: null,
});
