/** Configuration of the dashboard's server. */
import { z } from 'zod';
import { httpUrl, loadConfig, port, type Environment } from '../core/config.ts';
import { DEFAULT_PORTS } from '../core/contracts/ports.ts';
import { metricsPort } from '../core/http/metricsPort.ts';

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  DASHBOARD_PORT: port(DEFAULT_PORTS.dashboard),
  METRICS_PORT: metricsPort(),
  LOG_LEVEL: z.string().default('info'),
  API_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.api}`),
  PUBLIC_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.dashboard}`),
});

export type DashboardConfig = z.infer<typeof schema>;

/** @throws SetupError that names every wrong variable. */
export const readConfig = (env: Environment): DashboardConfig => loadConfig(schema, env);
