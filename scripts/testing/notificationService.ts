/** The notification service over plain sockets, for tests. */
import { systemClock, type Clock } from '../../services/core/clock.ts';
import {
  DELIVER_PATH,
  RECONCILE_PATH,
  deliverResult,
  reconcileResult,
  type AlertMessage,
  type DeliveryTarget,
  type DeliverRequest,
  type DeliverResult,
} from '../../services/core/contracts/notification.ts';
import { createInternalClient, type InternalClient } from '../../services/core/internal/client.ts';
import { newKeyEntry } from '../../services/core/keyring.ts';
import { createLog } from '../../services/core/log.ts';
import { deriveServiceKeys } from '../../services/core/serviceKeys.ts';
import { readConfig } from '../../services/notification/config.ts';
import type { ChannelSecrets } from '../../services/notification/secrets.ts';
import { startNotification } from '../../services/notification/start.ts';
import { createPlainTransport, type PlainTransport } from './plainTransport.ts';

export interface NotificationUnderTest {
  readonly url: string;
  readonly client: InternalClient;
  /** Log lines so far, as text. */
  readonly lines: string[];
  readonly purposes: { workspace: string; subject: string }[];
  deliver(target: DeliveryTarget, changes?: Partial<DeliverRequest>): Promise<DeliverResult>;
  reconcile(
    target: DeliveryTarget,
    deliveryId: string,
  ): Promise<{ state: string; providerId: string | null }>;
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the service with the given environment on top of a working one. */
export async function startNotificationUnderTest(
  env: Record<string, string | undefined> = {},
  given: { clock?: Clock; transport?: PlainTransport; secrets?: ChannelSecrets } = {},
): Promise<NotificationUnderTest> {
  const lines: string[] = [];
  const purposes: { workspace: string; subject: string }[] = [];
  const log = createLog('notification', 'info', { write: (line: string) => void lines.push(line) });
  const root = { keys: [newKeyEntry(new Date())] };
  const clock = given.clock ?? systemClock;
  const transport = given.transport ?? createPlainTransport();
  const running = await startNotification(
    readConfig({
      KEYS_FILE: 'unused',
      NOTIFICATION_PORT: '0',
      NOTIFICATION_EMAIL: 'alerts@duckmon.example',
      ...env,
    }),
    {
      log,
      clock,
      ...(given.secrets ? { secrets: given.secrets } : {}),
      keys: () => deriveServiceKeys(root, 'notification'),
      transport: (purpose) => {
        purposes.push(purpose);
        return transport;
      },
    },
  );
  const client = createInternalClient({
    caller: 'scheduler',
    callee: 'notification',
    baseUrl: running.url,
    keys: () => deriveServiceKeys(root, 'scheduler'),
    clock,
  });
  return {
    url: running.url,
    client,
    lines,
    purposes,
    deliver: (target, changes = {}) =>
      client.post(DELIVER_PATH, deliveryOf(target, changes), deliverResult),
    reconcile: (target, deliveryId) =>
      client.post(
        RECONCILE_PATH,
        { deliveryId, channel: { name: 'ops', target } },
        reconcileResult,
      ),
    metrics: async () => (await fetch(`${running.url}/metrics`)).text(),
    stop: async () => {
      await client.close();
      await running.stop();
    },
  };
}

/** A request to deliver `priceAlert`; parts of it can be replaced. */
export const deliveryOf = (
  target: DeliveryTarget,
  changes: Partial<DeliverRequest> = {},
): DeliverRequest => ({
  deliveryId: '01930000-0000-7000-8000-00000000d001',
  attempt: 1,
  channel: { name: 'ops', target },
  message: priceAlert(),
  timeoutMs: 5000,
  ...changes,
});

/** An alert about a price that rose; parts of it can be replaced. */
export const priceAlert = (changes: Partial<AlertMessage> = {}): AlertMessage => ({
  id: '01930000-0000-7000-8000-00000000a001',
  kind: 'finding',
  monitor: 'shop-price',
  workspace: 'team-a',
  severity: 'warning',
  title: 'The price rose',
  summary: 'The price rose from €49.00 to €54.00.',
  claims: [
    {
      source: 'shop',
      subject: 'Price',
      before: '€49.00',
      after: '€54.00',
      quote: 'Price: €54.00',
      side: 'after',
    },
  ],
  verdict: 'match',
  why: null,
  findingId: '01930000-0000-7000-8000-00000000f001',
  checkId: '01930000-0000-7000-8000-00000000c001',
  occurredAt: '2026-11-20T12:00:00Z',
  link: 'https://mon.example/findings/f001',
  acknowledgeLink: 'https://mon.example/acknowledge?token=t0k3n&f=1',
  ...changes,
});
