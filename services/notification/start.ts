/** The notification service: delivers alerts to channels, over the internal HTTP contract. */
import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '../core/clock.ts';
import {
  DELIVER_PATH,
  RECONCILE_PATH,
  deliverRequest,
  reconcileRequest,
  type DeliverResult,
} from '../core/contracts/notification.ts';
import { DEFAULT_CAPS, issueCredential } from '../core/egress/credential.ts';
import { createEgressTransport } from '../core/egress/transport.ts';
import { HttpError } from '../core/errors.ts';
import { createApp } from '../core/http/app.ts';
import { serve } from '../core/http/serve.ts';
import { requireInternal } from '../core/internal/guard.ts';
import type { Running } from '../core/lifecycle.ts';
import type { Log } from '../core/log.ts';
import { createMetrics, type Metrics } from '../core/metrics.ts';
import { watchKeyFile, type KeySource } from '../core/serviceKeys.ts';
import type { NotificationConfig } from './config.ts';
import { deliver, reconcile, type DeliverDeps } from './deliver.ts';

export interface NotificationDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly keys: KeySource;
  readonly transport: DeliverDeps['transport'];
  /** Local mode only: the raw internal key. */
  readonly rawKey?: (() => string | undefined) | undefined;
}

const BODY_LIMIT = 1024 * 1024;

/** Starts the service; the same in a process of its own and in local mode. */
export async function startNotification(
  config: NotificationConfig,
  given: Partial<NotificationDeps> & { log: Log },
): Promise<Running> {
  const deps = withDefaults(config, given);
  const metrics = createMetrics('notification');
  const app = createApp({ log: deps.log, metrics, bodyLimit: BODY_LIMIT, readiness: () => ({}) });
  let addresses: readonly string[] = [];
  app.express.use(
    '/internal/v1',
    requireInternal({ ...deps, service: 'notification', metrics, addresses: () => addresses }),
  );
  const runDelivery = createDeliveryRunner(config, deps, metrics);
  app.express.post(DELIVER_PATH, async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    response.json(await runDelivery(request.body, gone.signal));
  });
  app.express.post(RECONCILE_PATH, async (request, response) => {
    const { deliveryId, channel } = reconcileRequest.parse(request.body);
    response.json(await reconcile(deliveryId, channel.target, { ...deps, config }));
  });
  const listening = await serve(app.finish(), { host: config.host, port: config.port });
  const hosts = [config.host, 'localhost', ...(config.podIp === undefined ? [] : [config.podIp])];
  addresses = hosts.map((host) => new URL(`http://${host}:${listening.port}`).host);
  return { url: listening.url, stop: () => listening.stop() };
}

function withDefaults(
  config: NotificationConfig,
  given: Partial<NotificationDeps> & { log: Log },
): NotificationDeps {
  const clock = given.clock ?? systemClock;
  const keys =
    given.keys ??
    watchKeyFile(config.keysFile, (error) =>
      given.log.error({ err: error }, 'key file unreadable'),
    );
  const transport: DeliverDeps['transport'] = ({ workspace, subject }) =>
    createEgressTransport(config.egressUrl, () =>
      issueCredential(keys, {
        issuer: 'notification',
        workspace,
        subject,
        id: randomUUID(),
        expires: clock.now().getTime() + DEFAULT_CAPS.maxMs,
        ...DEFAULT_CAPS,
      }),
    );
  return { transport, ...given, clock, keys };
}

/** Counts slots and outcomes around the attempt itself. */
function createDeliveryRunner(
  config: NotificationConfig,
  deps: NotificationDeps,
  metrics: Metrics,
): (body: unknown, gone: AbortSignal) => Promise<DeliverResult> {
  const attempts = metrics.counter({
    name: 'mon_delivery_attempts_total',
    help: 'Attempts to deliver by channel type and outcome',
    labelNames: ['channel', 'outcome'],
  });
  let busy = 0;
  return async (body, gone) => {
    const request = deliverRequest.parse(body);
    if (busy >= config.slots)
      throw new HttpError('too_many_requests', 'All slots are busy', { retryAfterSeconds: 1 });
    busy += 1;
    try {
      const result = await deliver(request, { ...deps, config }, gone);
      const { channel, deliveryId, attempt } = request;
      attempts.inc({ channel: channel.target.type, outcome: result.kind });
      deps.log.info(
        {
          event: 'delivery.attempt',
          deliveryId,
          attempt,
          channel: channel.name,
          type: channel.target.type,
          outcome: result.kind,
          reason: 'reason' in result ? result.reason : undefined,
        },
        'delivery attempted',
      );
      return result;
    } finally {
      busy -= 1;
    }
  };
}
