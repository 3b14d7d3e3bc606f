/** The scheduler's internal routes: wake, secrets, preview, back-test, re-judging, a test message, authenticator apps. */
import { Router } from 'express';
import {
  APP_CHECK_PATH,
  APP_SEAL_PATH,
  appCheckRequest,
  appSealRequest,
  CHANNEL_TEST_PATH,
  PREVIEW_PATH,
  REJUDGE_PATH,
  SECRETS_PATH,
  TELL_PATH,
  WAKE_PATH,
  channelTestRequest,
  previewRequest,
  putSecretRequest,
  rejudgeRequest,
  tellRequest,
  wakeRequest,
  type AppCheckResult,
  type PreviewResult,
  type SealedText,
} from '../core/contracts/scheduler.ts';
import { BACKTEST_PATH, backtestRequest } from '../core/contracts/backtest.ts';
import { onlyFrom } from '../core/internal/guard.ts';
import { asHttp } from './asHttp.ts';
import type { SchedulerDeps } from './deps.ts';
import { backtestJob } from './check/backtest.ts';
import { rejudgeCheck, tellAnyway } from './check/byHand.ts';
import { previewJob } from './check/preview.ts';
import { testChannel } from './outbox/testMessage.ts';
import type { Sealed } from './secrets/seal.ts';

/**
 * Every route is the api's alone.
 * @param wake looks for due work now
 */
export function schedulerRoutes(deps: SchedulerDeps, wake: () => void): Router {
  const router = Router();
  const api = onlyFrom('api');
  router.post(WAKE_PATH, api, (request, response) => {
    wakeRequest.parse(request.body);
    wake();
    response.status(202).json({});
  });
  router.put(SECRETS_PATH, api, async (request, response) => {
    await asHttp(deps.secrets.put(putSecretRequest.parse(request.body)));
    response.json({});
  });
  router.post(PREVIEW_PATH, api, async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const result: PreviewResult = await previewJob(
      previewRequest.parse(request.body),
      deps,
      gone.signal,
    );
    response.json(result);
  });
  router.post(BACKTEST_PATH, api, async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const asked = backtestRequest.parse(request.body);
    response.json(await asHttp(backtestJob(asked, deps, gone.signal)));
  });
  router.post(CHANNEL_TEST_PATH, api, async (request, response) => {
    response.json(await asHttp(testChannel(channelTestRequest.parse(request.body), deps)));
  });
  addByHand(router, deps, wake);
  addAuthenticators(router, deps);
  return router;
}

/** What a person asks of a stored check; an alert that it makes is sent at once. */
function addByHand(router: Router, deps: SchedulerDeps, wake: () => void): void {
  router.post(REJUDGE_PATH, onlyFrom('api'), async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const asked = rejudgeRequest.parse(request.body);
    response.json(await asHttp(rejudgeCheck(asked, deps, gone.signal)));
  });
  router.post(TELL_PATH, onlyFrom('api'), async (request, response) => {
    const told = await asHttp(tellAnyway(tellRequest.parse(request.body), deps));
    wake();
    response.json(told);
  });
}

/** The secret of a person's authenticator app comes in once and never goes out. */
function addAuthenticators(router: Router, { authenticators }: SchedulerDeps): void {
  router.post(APP_SEAL_PATH, onlyFrom('api'), (request, response) => {
    const { user, secret } = appSealRequest.parse(request.body);
    response.json(asText(authenticators.seal(user, secret)));
  });
  router.post(APP_CHECK_PATH, onlyFrom('api'), (request, response) => {
    const { user, content, dataKeyId, code } = appCheckRequest.parse(request.body);
    const sealed = { content: Buffer.from(content, 'base64'), dataKeyId };
    const step = authenticators.stepOf(user, sealed, code) ?? null;
    const resealed = step === null ? undefined : authenticators.reseal(user, sealed);
    const result: AppCheckResult = { step, ...(resealed && { resealed: asText(resealed) }) };
    response.json(result);
  });
}

const asText = ({ content, dataKeyId }: Sealed): SealedText => ({
  content: content.toString('base64'),
  dataKeyId,
});
