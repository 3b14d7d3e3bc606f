/** The internal route that fetches pages. */
import { Router, type Request, type Response } from 'express';
import { fetchRequest, type FetchResult } from '../core/contracts/browser.ts';
import { runFetch, type FetchDeps } from './fetch.ts';

export interface RouteDeps extends FetchDeps {
  /** Told of each result, for the metrics. */
  readonly onResult: (via: 'http' | 'browser', result: FetchResult, seconds: number) => void;
}

/** Routes below `/internal/v1`. */
export function fetchRoutes(deps: RouteDeps): Router {
  const router = Router();
  router.post('/fetch', async (request, response) => {
    const asked = fetchRequest.parse(request.body);
    const startedAt = deps.clock.monotonic();
    const gone = goneSignal(request, response);
    try {
      const result = await runFetch(asked, deps, gone);
      deps.onResult(asked.via, result, (deps.clock.monotonic() - startedAt) / 1000);
      response.json(result);
    } catch (error) {
      if (!gone.aborted) throw error;
    }
  });
  return router;
}

/** Aborted when the caller closes the connection before it has its answer. */
function goneSignal(_request: Request, response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new Error('the caller has gone'));
  });
  return controller.signal;
}
