/** Serves the built page and passes `/api` on, so that all is one origin. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { SetupError } from '../core/errors.ts';
import { createApp, answerError, type App } from '../core/http/app.ts';
import { serveApp } from '../core/http/metricsPort.ts';
import { createProxy, type Proxy } from '../core/http/proxy.ts';
import type { Running } from '../core/lifecycle.ts';
import type { Log } from '../core/log.ts';
import { createMetrics } from '../core/metrics.ts';
import type { DashboardConfig } from './config.ts';

export interface DashboardDeps {
  readonly log: Log;
  /** The folder of the built page. */
  readonly pages?: string;
}

const BUILT_PAGES = path.join(import.meta.dirname, 'dist');

/**
 * Starts the server.
 * @throws SetupError when the page was not built or the port is in use.
 */
export async function startDashboard(
  config: DashboardConfig,
  deps: DashboardDeps,
): Promise<Running> {
  const pages = deps.pages ?? BUILT_PAGES;
  if (!existsSync(path.join(pages, 'index.html')))
    throw new SetupError(
      'The dashboard was not built; run `node scripts/run.mjs services/dashboard/build.ts`.',
    );
  const proxy = createProxy(config.API_URL, deps.log);
  const { app, outer } = dashboardApp(config, deps.log, proxy, pages);
  const { HOST: host, DASHBOARD_PORT: port, METRICS_PORT: metricsPort } = config;
  const listening = await serveApp(app, { host, port, metricsPort }, outer);
  return {
    url: listening.url,
    stop: async () => {
      // Event streams never end by themselves: their sockets are cut with the proxy.
      await proxy.close();
      await listening.stop(2_000);
    },
  };
}

/** The app of the pages, and what takes the requests before it. */
function dashboardApp(
  config: DashboardConfig,
  log: Log,
  proxy: Proxy,
  pages: string,
): { readonly app: App; readonly outer: Express } {
  const outer = express();
  outer.disable('x-powered-by');
  outer.use(securityHeaders(config.PUBLIC_URL));
  outer.use((request, response, next) => {
    const isApi = request.path === '/api' || request.path.startsWith('/api/');
    // The link of a mail is a page for people, and takes the one click of a mail program (RFC 8058).
    const isOneClick = request.method === 'POST' && request.path === '/unsubscribe';
    if (isOneClick) request.originalUrl = `/api/v1${request.originalUrl}`;
    if (isApi || isOneClick) proxy.handle(request, response, next);
    else next();
  });
  const app = createApp({
    log,
    metrics: createMetrics('dashboard'),
    bodyLimit: 16 * 1024,
    readiness: () => ({}),
  });
  app.express.use(
    express.static(pages, { index: false, maxAge: '1y', immutable: true, redirect: false }),
  );
  app.express.get(/^\/(?!assets\/)[^.]*$/, (_request, response) => {
    response.setHeader('cache-control', 'no-cache');
    response.sendFile('index.html', { root: pages, cacheControl: false });
  });
  outer.use(app.finish());
  outer.use(answerError(log));
  return { app, outer };
}

/** No inline script or style, nothing from elsewhere, never in a frame. */
function securityHeaders(publicUrl: string): RequestHandler {
  const https = publicUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'same-origin' },
  });
}
