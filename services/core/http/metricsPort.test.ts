import assert from 'node:assert/strict';
import { z } from 'zod';
import { loadConfig } from '../config.ts';
import { SetupError } from '../errors.ts';
import { createMetrics } from '../metrics.ts';
import { captureLog } from '../testing/log.ts';
import { createApp, type App } from './app.ts';
import { metricsPort, serveApp } from './metricsPort.ts';
import type { Listening } from './serve.ts';
import { freePort } from './testing/freePort.ts';

const host = '127.0.0.1';

describe('core: the port of the metrics', () => {
  const started: Listening[] = [];
  let problems: Record<string, string>;
  const appOf = (): App => {
    const { log } = captureLog();
    const metrics = createMetrics('test');
    const app = createApp({ log, metrics, bodyLimit: 1000, readiness: () => problems });
    app.express.get('/work', (_request, response) => void response.json({}));
    return app;
  };
  const start = async (port: number, metrics?: number): Promise<Listening> => {
    const listening = await serveApp(appOf(), { host, port, metricsPort: metrics });
    started.push(listening);
    return listening;
  };
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

  beforeEach(() => {
    problems = {};
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((listening) => listening.stop(0)));
  });

  it('G14 serves metrics on their own port only, which serves nothing but them and the probes', async () => {
    const port = await freePort();
    const { url } = await start(0, port);
    const own = `http://${host}:${port}`;
    assert.match(await (await fetch(`${own}/metrics`)).text(), /mon_auth_failures_total/);
    const paths = ['/metrics', '/healthz', '/readyz', '/work'];
    const statuses = (base: string) => Promise.all(paths.map((path) => statusOf(base + path)));
    assert.deepEqual(await statuses(own), [200, 200, 200, 404]);
    assert.deepEqual(await statuses(url), [404, 200, 200, 200]);
  });

  it('is ready on both ports, or on neither', async () => {
    const port = await freePort();
    const { url } = await start(0, port);
    problems = { database: 'away' };
    assert.equal(await statusOf(`http://${host}:${port}/readyz`), 503);
    assert.equal(await statusOf(`${url}/readyz`), 503);
  });

  it('leaves the metrics beside the routes when they have no port', async () => {
    const { url } = await start(0);
    assert.equal(await statusOf(`${url}/metrics`), 200);
  });

  it('answers probes as long as a request runs that began before the stop', async () => {
    const port = await freePort();
    const app = appOf();
    const arrived = Promise.withResolvers<() => void>();
    app.express.get('/slow', (_request, response) => {
      arrived.resolve(() => void response.json({}));
    });
    const listening = await serveApp(app, { host, port: 0, metricsPort: port });
    const slow = fetch(`${listening.url}/slow`);
    const answer = await arrived.promise;
    const stopped = listening.stop();
    assert.equal(await statusOf(`http://${host}:${port}/healthz`), 200);
    answer();
    assert.equal((await slow).status, 200);
    await stopped;
    await assert.rejects(fetch(`http://${host}:${port}/healthz`));
  });

  for (const [what, isMetricsPort] of [
    ['its metrics', true],
    ['the service', false],
  ] as const)
    it(`says in a sentence that the port of ${what} is in use, and listens on neither`, async () => {
      const { port: taken } = await start(0);
      const free = await freePort();
      const [port, metrics] = isMetricsPort ? [free, taken] : [taken, free];
      await assert.rejects(
        start(port, metrics),
        (error) =>
          error instanceof SetupError && error.message.startsWith(`Port ${taken} on ${host}`),
      );
      await assert.rejects(fetch(`http://${host}:${free}/healthz`));
    });

  for (const [given, expected] of [
    [undefined, undefined],
    ['', undefined],
    ['9090', 9090],
  ] as const)
    it(`reads METRICS_PORT=${given} as ${expected}`, () => {
      const schema = z.object({ METRICS_PORT: metricsPort() });
      assert.equal(loadConfig(schema, { METRICS_PORT: given }).METRICS_PORT, expected);
    });

  it('names METRICS_PORT when it is no port', () => {
    const schema = z.object({ METRICS_PORT: metricsPort() });
    assert.throws(
      () => loadConfig(schema, { METRICS_PORT: '70000' }),
      /METRICS_PORT must be a whole number from 0 to 65535/,
    );
  });
});
