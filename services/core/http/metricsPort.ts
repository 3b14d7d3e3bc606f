/** Serves metrics on a port of their own, where only those who may read them can reach it. */
import type { RequestListener } from 'node:http';
import { port } from '../config.ts';
import type { App } from './app.ts';
import { serve, type Listening, type ServeOptions } from './serve.ts';

/** The variable METRICS_PORT; without it metrics stand beside the routes. */
export const metricsPort = () => port(0).unwrap().optional();

export interface AppPorts extends ServeOptions {
  /** Serves `/metrics`, `/healthz` and `/readyz` only; the app then has its probes alone. */
  readonly metricsPort?: number | undefined;
}

/**
 * Listens for an app, and on the port of its metrics when there is one; that one stops last.
 * @param listener what takes the app's requests, when something stands before it.
 * @throws SetupError when a port is in use or may not be opened; then neither listens.
 */
export async function serveApp(
  app: App,
  ports: AppPorts,
  listener: RequestListener = app.finish(),
): Promise<Listening> {
  const { host, metricsPort } = ports;
  if (metricsPort === undefined) return serve(listener, ports);
  const metrics = await serve(app.splitMetrics(), { host, port: metricsPort });
  try {
    const listening = await serve(listener, ports);
    return {
      ...listening,
      stop: async (graceMs) => {
        await listening.stop(graceMs);
        await metrics.stop(0);
      },
    };
  } catch (error) {
    await metrics.stop(0);
    throw error;
  }
}
