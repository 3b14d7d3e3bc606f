/** The scheduler's internal routes: wake, secrets, preview, a test message. */
import { Router } from 'express';
import {
  CHANNEL_TEST_PATH,
  PREVIEW_PATH,
  SECRETS_PATH,
  WAKE_PATH,
  channelTestRequest,
  previewRequest,
  putSecretRequest,
  wakeRequest,
  type PreviewResult,
} from '../core/contracts/scheduler.ts';
import { asHttp } from './asHttp.ts';
import type { SchedulerDeps } from './deps.ts';
import { previewJob } from './check/preview.ts';
import { testChannel } from './outbox/testMessage.ts';

/** @param wake looks for due work now */
export function schedulerRoutes(deps: SchedulerDeps, wake: () => void): Router {
  const router = Router();
  router.post(WAKE_PATH, (request, response) => {
    wakeRequest.parse(request.body);
    wake();
    response.status(202).json({});
  });
  router.put(SECRETS_PATH, async (request, response) => {
    await asHttp(deps.secrets.put(putSecretRequest.parse(request.body)));
    response.json({});
  });
  router.post(PREVIEW_PATH, async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const result: PreviewResult = await previewJob(
      previewRequest.parse(request.body),
      deps,
      gone.signal,
    );
    response.json(result);
  });
  router.post(CHANNEL_TEST_PATH, async (request, response) => {
    response.json(await asHttp(testChannel(channelTestRequest.parse(request.body), deps)));
  });
  return router;
}
