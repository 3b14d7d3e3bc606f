/** One attempt of one delivery: renders the message and hands it to its channel. */
import type { Clock } from '../core/clock.ts';
import { channelTypeOf } from '../core/channelTarget.ts';
import type {
  ChannelTarget,
  DeliverRequest,
  DeliverResult,
  DeliveryTarget,
  reconcileResult,
} from '../core/contracts/notification.ts';
import type { z } from 'zod';
import type { Delivery, Transport } from './channels/context.ts';
import { deliverEmail } from './channels/email.ts';
import { createClient, findBySendGrid } from './channels/sendgrid.ts';
import { deliverSlack } from './channels/slack.ts';
import { deliverTeams } from './channels/teams.ts';
import { deliverWebhook } from './channels/webhook.ts';
import type { NotificationConfig } from './config.ts';
import { retry } from './result.ts';
import {
  resolveTarget,
  SecretProblemError,
  SecretsUnavailableError,
  type ChannelSecrets,
} from './secrets.ts';
import { renderContent } from './template.ts';

export interface DeliverDeps {
  readonly config: NotificationConfig;
  readonly clock: Clock;
  readonly secrets: ChannelSecrets;
  /** @param purpose for whom and what sockets are opened, for the proxy's audit. */
  readonly transport: (purpose: { workspace: string; subject: string }) => Transport;
}

/** Sends once; every outcome of a provider is a result, never an exception. */
export async function deliver(
  request: DeliverRequest,
  deps: DeliverDeps,
  gone: AbortSignal,
): Promise<DeliverResult> {
  const { message, channel } = request;
  const signal = AbortSignal.any([gone, AbortSignal.timeout(request.timeoutMs)]);
  const resolved = await resolveOrWait(channel.target, deps.secrets);
  if (resolved.kind === 'wait') return resolved.result;
  const transport = deps.transport({
    workspace: message.workspace,
    subject: `channel/${channel.name}`,
  });
  try {
    return await deliverTo(resolved.target, {
      id: request.deliveryId,
      workspace: message.workspace,
      message,
      content: renderContent(message, request.template),
      config: deps.config,
      transport,
      clock: deps.clock,
      signal,
    });
  } finally {
    await transport.close();
  }
}

type Resolved =
  | { readonly kind: 'target'; readonly target: ChannelTarget }
  | { readonly kind: 'wait'; readonly result: DeliverResult };

/** Nothing is sent without the channel's secrets; the delivery waits for them. */
async function resolveOrWait(
  target: DeliveryTarget,
  secrets: Pick<ChannelSecrets, 'read'>,
): Promise<Resolved> {
  try {
    return { kind: 'target', target: await resolveTarget(target, secrets) };
  } catch (error) {
    if (error instanceof SecretsUnavailableError)
      return { kind: 'wait', result: retry(error.message) };
    if (!(error instanceof SecretProblemError)) throw error;
    const { message: reason, problem: secret } = error;
    return { kind: 'wait', result: { kind: 'retry', reason, retryAfterSeconds: null, secret } };
  }
}

async function deliverTo(target: ChannelTarget, delivery: Delivery): Promise<DeliverResult> {
  switch (target.type) {
    case 'Email':
      return deliverEmail(delivery, target);
    case 'Slack':
      return deliverSlack(delivery, target);
    case 'Teams':
      return deliverTeams(delivery, target);
    case 'Webhook':
      return deliverWebhook(delivery, target);
    default:
      return target satisfies never;
  }
}

const RECONCILE_TIMEOUT_MS = 10_000;

/**
 * Asks the provider whether it has a delivery; only SendGrid can be asked. Where its account does not
 * answer but tells by events, the delivery is absent so far: an event may still come.
 * @throws SecretProblemError, SecretsUnavailableError when its account cannot be signed in to
 */
export async function reconcile(
  deliveryId: string,
  given: DeliveryTarget,
  deps: DeliverDeps,
): Promise<z.infer<typeof reconcileResult>> {
  const unsupported = { state: 'unsupported', providerId: null } as const;
  if (channelTypeOf(given) !== 'Email') return unsupported;
  const target = await resolveTarget(given, deps.secrets);
  if (target.type !== 'Email' || target.provider !== 'SendGrid') return unsupported;
  const apiKey = target.secret ?? deps.config.sendGrid.apiKey;
  if (apiKey === undefined) return unsupported;
  const transport = deps.transport({ workspace: '', subject: 'reconcile' });
  try {
    const signal = AbortSignal.timeout(RECONCILE_TIMEOUT_MS);
    const client = createClient({ config: deps.config, transport, signal }, apiKey);
    const found = await findBySendGrid(deliveryId, client);
    // events come from the platform's account only
    const tells = deps.config.sendGrid.tellsEvents && target.secret === undefined;
    if (found === undefined && !tells) return unsupported;
    return found === undefined || found === null
      ? { state: 'absent', providerId: null }
      : { state: 'delivered', providerId: found };
  } finally {
    await transport.close();
  }
}
