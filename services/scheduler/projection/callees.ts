/** Everybody whom the scheduler calls: its own services, and the pods of the pools of monitors. Pure. */
import type { MonitorWorkers } from '../../core/contracts/projection.ts';
import type { SchedulerConfig } from '../config.ts';
import type { Callee } from './keyTable.ts';

type Urls = Pick<SchedulerConfig, 'browserUrl' | 'llmUrl' | 'notificationUrl' | 'egressUrl'>;

/** Each URL once for each keyring. */
export function calleesOf(urls: Urls, bound: readonly MonitorWorkers[]): readonly Callee[] {
  const pools = bound.flatMap(({ browser, llm }): Callee[] => [
    ...(browser
      ? [{ service: 'browser' as const, url: browser.url, keyring: browser.keyring }]
      : []),
    ...(llm ? [{ service: 'llm' as const, url: llm.url, keyring: llm.keyring }] : []),
  ]);
  const byPlace = new Map(
    pools.map((callee) => [`${callee.service} ${callee.url} ${callee.keyring}`, callee]),
  );
  return [
    { service: 'browser', url: urls.browserUrl },
    { service: 'llm', url: urls.llmUrl },
    { service: 'notification', url: urls.notificationUrl },
    { service: 'egress', url: urls.egressUrl },
    ...byPlace.values(),
  ];
}
