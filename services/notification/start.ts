/** The notification service: delivers alerts to channels, over the internal HTTP contract. */
import { randomUUID } from 'node:crypto';
import { channelTypeOf } from '../core/channelTarget.ts';
import { systemClock, type Clock } from '../core/clock.ts';
import type { SecretFinding } from '../core/contracts/channelSecret.ts';
import {
  CHANNEL_CHECK_PATH,
  DELIVER_PATH,
  RECONCILE_PATH,
  channelCheckRequest,
  deliverRequest,
  reconcileRequest,
  type DeliverResult,
} from '../core/contracts/notification.ts';
import { DEFAULT_CAPS, issueCredential } from '../core/egress/credential.ts';
import { createEgressTransport } from '../core/egress/transport.ts';
import { HttpError } from '../core/errors.ts';
import { createApp } from '../core/http/app.ts';
import { serveApp } from '../core/http/metricsPort.ts';
import { requireInternal } from '../core/internal/guard.ts';
import { loadConnection } from '../core/kube/connection.ts';
import { createTransport } from '../core/kube/transport.ts';
import type { Running } from '../core/lifecycle.ts';
import type { Log } from '../core/log.ts';
import { createMetrics, type Metrics } from '../core/metrics.ts';
import { watchKeyFile, type KeySource } from '../core/serviceKeys.ts';
import { tokenCheckOf } from '../core/workloadIdentity/config.ts';
import { accountMailRoutes } from './account/routes.ts';
import type { NotificationConfig } from './config.ts';
import { deliver, reconcile, type DeliverDeps } from './deliver.ts';
import {
  createClusterSecrets,
  noClusterSecrets,
  SecretProblemError,
  SecretsUnavailableError,
  type ChannelSecrets,
} from './secrets.ts';

export interface NotificationDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly keys: KeySource;
  readonly transport: DeliverDeps['transport'];
  readonly secrets: ChannelSecrets;
  /** Local mode only: the raw internal key. */
  readonly rawKey?: (() => string | undefined) | undefined;
}

const BODY_LIMIT = 1024 * 1024;

/** Starts the service; the same in a process of its own and in local mode. */
export async function startNotification(
  config: NotificationConfig,
  given: Partial<NotificationDeps> & { log: Log },
): Promise<Running> {
  const deps = await withDefaults(config, given);
  const metrics = createMetrics('notification');
  const app = createApp({ log: deps.log, metrics, bodyLimit: BODY_LIMIT, readiness: () => ({}) });
  let addresses: readonly string[] = [];
  app.express.use(
    '/internal/v1',
    requireInternal({
      ...deps,
      service: 'notification',
      metrics,
      addresses: () => addresses,
      checkToken: tokenCheckOf(config, 'notification', deps),
    }),
  );
  const runDelivery = createDeliveryRunner(config, deps, metrics);
  app.express.post(DELIVER_PATH, async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    response.json(await runDelivery(request.body, gone.signal));
  });
  app.express.post(RECONCILE_PATH, async (request, response) => {
    const { deliveryId, channel } = reconcileRequest.parse(request.body);
    response.json(await asHttp(reconcile(deliveryId, channel.target, { ...deps, config })));
  });
  app.express.post(CHANNEL_CHECK_PATH, async (request, response) => {
    const { namespace, secrets } = channelCheckRequest.parse(request.body);
    const result: SecretFinding = await asHttp(deps.secrets.check(namespace, secrets));
    response.json(result);
  });
  accountMailRoutes(app.express, { ...deps, config }, metrics);
  const listening = await serveApp(app, config);
  const hosts = [config.host, 'localhost', ...(config.podIp === undefined ? [] : [config.podIp])];
  addresses = hosts.map((host) => new URL(`http://${host}:${listening.port}`).host);
  return {
    url: listening.url,
    stop: async () => {
      await listening.stop();
      deps.secrets.close();
    },
  };
}

/** What keeps Secrets from being read, in the words of HTTP. */
async function asHttp<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SecretProblemError || error instanceof SecretsUnavailableError)
      throw new HttpError('unavailable', error.message, { cause: error });
    throw error;
  }
}

async function connectSecrets(
  { channelSecrets }: NotificationConfig,
  clock: Clock,
): Promise<ChannelSecrets> {
  if (channelSecrets.kind === 'none') return noClusterSecrets;
  const connection = await loadConnection(channelSecrets.kubeconfig, clock);
  const transport = createTransport({ connection, clock, userAgent: 'duckmon-notification' });
  return createClusterSecrets(transport, clock);
}

async function withDefaults(
  config: NotificationConfig,
  given: Partial<NotificationDeps> & { log: Log },
): Promise<NotificationDeps> {
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
  const secrets = given.secrets ?? (await connectSecrets(config, clock));
  return { transport, ...given, clock, keys, secrets };
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
      const type = channelTypeOf(channel.target);
      attempts.inc({ channel: type, outcome: result.kind });
      deps.log.info(
        {
          event: 'delivery.attempt',
          deliveryId,
          attempt,
          channel: channel.name,
          type,
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
