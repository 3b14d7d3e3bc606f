/** The routes of services, as their own start has registered them. */
import { application, type Application } from 'express';

/** Such as `POST /internal/v1/fetch`. */
export type RouteName = string;

/** A router as it lists itself; Express' types do not have it yet. */
interface Listing {
  listRoutes(): readonly {
    readonly path: unknown;
    readonly methods?: readonly string[];
    readonly router?: Listing;
  }[];
}

/** What every app begins with. */
const apps = application as unknown as { init: (this: Application) => void };

/**
 * Runs something that starts services.
 * @returns every route of every app that it made, with where it is mounted.
 */
export async function routesMadeBy(start: () => Promise<unknown>): Promise<readonly RouteName[]> {
  const made: Application[] = [];
  const { init } = apps;
  apps.init = function () {
    made.push(this);
    init.call(this);
  };
  try {
    await start();
  } finally {
    apps.init = init;
  }
  return made.flatMap((app) => routesIn(app.router as unknown as Listing, ''));
}

/** HEAD goes where GET does. */
const routesIn = (router: Listing, mounted: string): RouteName[] =>
  router.listRoutes().flatMap(({ path, methods = [], router: inner }) => {
    const at = path === '/' ? mounted : mounted + String(path);
    if (inner) return routesIn(inner, at);
    return methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${at}`);
  });
