/** Our services as they are wired, in the place of a pod that nothing holds back but its own code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig as readApi } from '../../../../services/api/config.ts';
import { openSignIn } from '../../../../services/api/identity/open.ts';
import { createHttpBench } from '../../../../services/browser/testing/httpBench.ts';
import { systemClock } from '../../../../services/core/clock.ts';
import type { FetchRequest, FetchResult } from '../../../../services/core/contracts/browser.ts';
import {
  JUDGE_PATH,
  judgeResult,
  type JudgeResult,
} from '../../../../services/core/contracts/llm.ts';
import {
  DELIVER_PATH,
  deliverResult,
  type ChannelTarget,
  type DeliverResult,
} from '../../../../services/core/contracts/notification.ts';
import { createInternalClient } from '../../../../services/core/internal/client.ts';
import type { Keyring } from '../../../../services/core/keyring.ts';
import type { Running } from '../../../../services/core/lifecycle.ts';
import { createLog } from '../../../../services/core/log.ts';
import { keysOf } from '../../../../services/core/testing/keys.ts';
import { readConfig as readLlm } from '../../../../services/llm/config.ts';
import { startLlm } from '../../../../services/llm/start.ts';
import { readConfig as readNotification } from '../../../../services/notification/config.ts';
import { startNotification } from '../../../../services/notification/start.ts';
import { priceQuestion } from '../../model/service.ts';
import { deliveryOf } from '../../notificationService.ts';
import { createPlainTransport } from '../../plainTransport.ts';
import { PROXY_URL } from '../addresses.ts';
import { serveAgent } from '../agent.ts';

export interface Asked {
  readonly root: Keyring;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Delivered extends Asked {
  readonly target: ChannelTarget;
  /** Opens sockets itself, as if somebody had written the service so. */
  readonly around?: boolean;
}

const COMMON = { EGRESS_URL: PROXY_URL, KEYS_FILE: 'unused' };
/** Not so long as a retry waits. */
const DEADLINE_MS = 3000;

const log = createLog('test', 'silent');
const folder = mkdtempSync(path.join(tmpdir(), 'duckmon-services-'));
const http = createHttpBench(PROXY_URL);

/** Calls a service as the scheduler does. */
async function callOf<T>(
  callee: 'notification' | 'llm',
  { root }: Asked,
  running: Running,
  call: (client: ReturnType<typeof createInternalClient>) => Promise<T>,
): Promise<T> {
  const client = createInternalClient({
    caller: 'scheduler',
    callee,
    baseUrl: running.url,
    keys: keysOf(root).of('scheduler'),
    clock: systemClock,
  });
  try {
    return await call(client);
  } finally {
    await client.close();
    await running.stop();
  }
}

export const handlers = {
  /** A page, a feed or an API over HTTP; also a preview, which is the same with other words around. */
  read: (request: FetchRequest): Promise<FetchResult> => http.fetch(request),

  deliver: async ({ target, around, ...asked }: Delivered): Promise<DeliverResult> => {
    const running = await startNotification(
      readNotification({
        ...COMMON,
        NOTIFICATION_PORT: '0',
        NOTIFICATION_EMAIL: 'alerts@duckmon.example',
        ...asked.env,
      }),
      {
        log,
        keys: keysOf(asked.root).of('notification'),
        ...(around ? { transport: () => createPlainTransport() } : {}),
      },
    );
    return callOf('notification', asked, running, (client) =>
      client.post(DELIVER_PATH, deliveryOf(target, { timeoutMs: DEADLINE_MS }), deliverResult),
    );
  },

  judge: async (asked: Asked): Promise<JudgeResult> => {
    const running = await startLlm(
      readLlm({ ...COMMON, LLM_PORT: '0', OPENAI_API_KEY: 'sk-test', ...asked.env }),
      { log, keys: keysOf(asked.root).of('llm') },
    );
    return callOf('llm', asked, running, (client) =>
      client.post(JUDGE_PATH, priceQuestion({ deadlineMs: DEADLINE_MS }), judgeResult),
    );
  },

  /** Begins a sign-in, for which the provider is asked what it is. */
  signIn: async ({ root, env }: Asked): Promise<string> => {
    const KEYS_FILE = path.join(folder, 'api.json');
    writeFileSync(KEYS_FILE, JSON.stringify(keysOf(root).of('api')()));
    const config = readApi({
      ...COMMON,
      KEYS_FILE,
      DATABASE_URL: 'postgresql://unused',
      GOOGLE_CLIENT_ID: 'client',
      GOOGLE_CLIENT_SECRET: 'secret',
      SIGN_IN_ALLOW: '*',
      ...env,
    });
    const signIn = openSignIn({ config, pool: undefined as never, clock: systemClock, log });
    const [request, response] = [{ query: {} }, { once: () => undefined }] as never[];
    try {
      await signIn?.begin(request as never, response as never);
      return 'begun';
    } catch (error) {
      return String(error);
    } finally {
      await signIn?.close();
    }
  },
};

serveAgent(handlers, async () => {
  await http.close();
  rmSync(folder, { recursive: true, force: true });
});
