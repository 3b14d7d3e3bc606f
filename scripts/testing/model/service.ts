/** The llm service wired to a scripted model over plain sockets, for tests. */
import { systemClock, type Clock } from '../../../services/core/clock.ts';
import {
  JUDGE_PATH,
  judgeResult,
  type JudgeRequest,
  type JudgeResult,
} from '../../../services/core/contracts/llm.ts';
import {
  createInternalClient,
  type InternalClient,
} from '../../../services/core/internal/client.ts';
import { newKeyEntry } from '../../../services/core/keyring.ts';
import { createLog } from '../../../services/core/log.ts';
import { deriveServiceKeys } from '../../../services/core/serviceKeys.ts';
import { readConfig } from '../../../services/llm/config.ts';
import { startLlm } from '../../../services/llm/start.ts';

export interface LlmUnderTest {
  readonly url: string;
  readonly client: InternalClient;
  /** Log lines so far, as parsed. */
  readonly lines: Record<string, unknown>[];
  /** What each opened transport was said to be for. */
  readonly purposes: { workspace: string; subject: string }[];
  judge(request: JudgeRequest): Promise<JudgeResult>;
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the service with the given environment on top of a working one.
 * @param clock tests of waiting pass one that does not wait.
 */
export async function startLlmUnderTest(
  env: Record<string, string | undefined>,
  clock: Clock = systemClock,
): Promise<LlmUnderTest> {
  const lines: Record<string, unknown>[] = [];
  const purposes: { workspace: string; subject: string }[] = [];
  const log = createLog('llm', 'info', {
    write: (line: string) => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
    },
  });
  const root = { keys: [newKeyEntry(new Date())] };
  const running = await startLlm(
    readConfig({ KEYS_FILE: 'unused', LLM_PORT: '0', OPENAI_API_KEY: 'sk-test', ...env }),
    {
      log,
      clock,
      keys: () => deriveServiceKeys(root, 'llm'),
      transport: (purpose) => {
        purposes.push(purpose);
        return { fetch: (url, init) => fetch(url, init), close: async () => {} };
      },
    },
  );
  const client = createInternalClient({
    caller: 'scheduler',
    callee: 'llm',
    baseUrl: running.url,
    keys: () => deriveServiceKeys(root, 'scheduler'),
    clock,
  });
  return {
    url: running.url,
    client,
    lines,
    purposes,
    judge: (request) => client.post(JUDGE_PATH, request, judgeResult),
    metrics: async () => (await fetch(`${running.url}/metrics`)).text(),
    stop: async () => {
      await client.close();
      await running.stop();
    },
  };
}

/** A clock that does not wait: sleeping moves it forward and is written down. */
export function createSkippingClock(): Clock & { readonly sleeps: number[] } {
  const sleeps: number[] = [];
  let skipped = 0;
  return {
    sleeps,
    now: () => new Date(Date.UTC(2026, 10, 20, 12) + skipped),
    monotonic: () => performance.now() + skipped,
    sleep: async (ms) => {
      sleeps.push(ms);
      skipped += ms;
    },
  };
}

/** A question about a price that rose; parts of it can be replaced. */
export function priceQuestion(changes: Partial<JudgeRequest> = {}): JudgeRequest {
  return {
    workspace: 'team-a',
    monitor: 'shop-price',
    goal: { prompt: 'Tell me when the price changes.', kind: 'Change', language: 'en' },
    pages: [
      { source: 'shop', title: 'Duck & Co.', url: 'https://shop.example/duck?session=s3cret' },
    ],
    hunks: [
      {
        id: 'h1',
        source: 'shop',
        kind: 'changed',
        section: 'The Debugger, large',
        before: 'Price: €49.00',
        after: 'Price: €54.00',
        context: { above: 'Listens patiently.', below: 'In stock.' },
      },
    ],
    previousFindings: [],
    models: [],
    deadlineMs: 30_000,
    ...changes,
  };
}

/** A valid answer to `priceQuestion`; parts of it can be replaced. */
export const priceAnswer = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  claims: [
    {
      kind: 'changed',
      subject: 'Price',
      before: '€49.00',
      after: '€54.00',
      quote: 'Price: €54.00',
      side: 'after',
    },
  ],
  reason: 'The price went up.',
  code: 'changed',
  verdict: 'match',
  relevance: 97,
  severity: 'info',
  summary: 'The price rose from €49.00 to €54.00.',
  ...changes,
});
