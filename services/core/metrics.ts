/** Prometheus metrics of one service; each service has a registry of its own. */
import { Counter, Gauge, Histogram, Registry, type CounterConfiguration } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  /** Seconds of answered HTTP requests by method, route and status. */
  readonly httpSeconds: Histogram<'method' | 'route' | 'status'>;
  /** Refused credentials by kind: what the guide greps the logs for. */
  readonly authFailures: Counter<'reason'>;
  counter<L extends string>(config: CounterConfiguration<L>): Counter<L>;
  /** A number that is read when somebody asks for the metrics. */
  gauge(name: string, help: string, read: () => number): Gauge;
}

/** Makes the registry with the metrics that every service has. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const registers = [registry];
  return {
    registry,
    httpSeconds: new Histogram({
      name: 'mon_http_request_seconds',
      help: 'Duration of answered HTTP requests',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    }),
    authFailures: new Counter({
      name: 'mon_auth_failures_total',
      help: 'Requests refused for their credentials',
      labelNames: ['reason'],
      registers,
    }),
    counter: (config) => new Counter({ ...config, registers }),
    gauge: (name, help, read) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      }),
  };
}
