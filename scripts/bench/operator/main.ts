/** A process that is measured: the operator, or client-node's informer that holds the same objects. */
import { randomBytes, randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { KubeConfig, CustomObjectsApi, makeInformer } from '@kubernetes/client-node';
import { readConfig } from '../../../operator/src/config.ts';
import { startOperator, USER_AGENT } from '../../../operator/src/start.ts';
import { systemClock } from '../../../services/core/clock.ts';
import { loadConnection } from '../../../services/core/kube/connection.ts';
import { createTransport } from '../../../services/core/kube/transport.ts';
import { createLog } from '../../../services/core/log.ts';
import { watchKeyFile } from '../../../services/core/serviceKeys.ts';
import { watchStalls, type Stalls } from './stalls.ts';
import type { Answer, Question } from './subject.ts';

const COLLECTIONS = 4;

/** What ends only in a later turn, such as closed sockets, must not count. */
async function heapMegabytes(): Promise<number> {
  for (let done = 0; done < COLLECTIONS; done += 1) {
    global.gc?.();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed / 1e6;
}

const tell = (answer: Answer): void => void process.send?.(answer);

const before = await heapMegabytes();
let size = (): number => 0;
let stalls: Stalls | undefined;

process.on('message', (question: Question) => {
  switch (question) {
    case 'stall':
      tell({
        kind: 'stall',
        ms: stalls?.longest() ?? 0,
        byClockMs: stalls?.longestByClock() ?? 0,
      });
      break;
    case 'heap':
      void heapMegabytes().then((megabytes) =>
        tell({ kind: 'heap', megabytes: megabytes - before, size: size() }),
      );
      break;
    default:
      question satisfies never;
  }
});

async function operate(): Promise<void> {
  const config = readConfig(process.env, () => randomBytes(4).toString('hex'));
  const connection = await loadConnection(config.kubeconfig, systemClock);
  const transport = createTransport({ connection, clock: systemClock, userAgent: USER_AGENT });
  // Before there is a connection nobody waits for a turn.
  stalls = watchStalls();
  const running = await startOperator(config, {
    log: createLog('operator', config.logLevel),
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
    keys: watchKeyFile(config.keysFile ?? ''),
    onLost: () => process.exit(1),
    transport,
    resyncMs: Number(process.env['BENCH_RESYNC_MS']),
  });
  process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)));
  tell({ kind: 'started', url: running.url });
}

async function inform(): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(process.env['KUBECONFIG'] ?? '');
  const api = config.makeApiClient(CustomObjectsApi);
  const where = {
    group: 'mon.duckerhub.com',
    version: 'v1alpha1',
    namespace: process.env['OPERATOR_NAMESPACE'] ?? '',
    plural: 'monitorjobs',
  };
  const { group, version, namespace, plural } = where;
  const path = `/apis/${group}/${version}/namespaces/${namespace}/${plural}`;
  const informer = makeInformer(config, path, () => api.listNamespacedCustomObject(where) as never);
  size = () => informer.list().length;
  await informer.start();
  tell({ kind: 'started', url: '' });
}

process.on('disconnect', () => process.exit(0));
await (process.argv[2] === 'informer' ? inform() : operate());
