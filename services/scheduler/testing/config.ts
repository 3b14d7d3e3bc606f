/** The configuration of a scheduler that works in a world of tests. */
import type { SchedulerConfig } from '../config.ts';
import type { World } from './world.ts';

export const configFor = (world: World, patch: Partial<SchedulerConfig> = {}): SchedulerConfig => ({
  host: '127.0.0.1',
  port: 0,
  logLevel: 'silent',
  keysFile: '',
  dataKeyFile: '',
  databaseUrl: world.db.url('mon_scheduler'),
  publicUrl: 'http://127.0.0.1:3000',
  browserUrl: world.browser.url,
  llmUrl: world.llm.url,
  notificationUrl: world.notification.url,
  egressUrl: 'http://127.0.0.1:9',
  owner: 'test',
  slots: 8,
  hostIntervalMs: 0,
  hostConcurrency: 8,
  leaseMs: 60_000,
  judgeDeadlineMs: 5_000,
  workspaceCaps: { microUsd: null, tokens: null },
  platformCaps: { microUsd: null, tokens: null },
  podIp: undefined,
  ...patch,
});
