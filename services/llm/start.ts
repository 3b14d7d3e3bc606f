/** The llm service: judges differences with a model, over the internal HTTP contract. */
import { randomBytes, randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '../core/clock.ts';
import {
  JUDGE_PATH,
  MODELS_PATH,
  judgeRequest,
  type JudgeResult,
  type ModelsAnswer,
} from '../core/contracts/llm.ts';
import { DEFAULT_CAPS, issueCredential } from '../core/egress/credential.ts';
import { createEgressTransport } from '../core/egress/transport.ts';
import { HttpError } from '../core/errors.ts';
import { createApp } from '../core/http/app.ts';
import { createGate, drain } from '../core/http/drain.ts';
import { serveApp } from '../core/http/metricsPort.ts';
import { requireInternal } from '../core/internal/guard.ts';
import type { Running } from '../core/lifecycle.ts';
import type { Log } from '../core/log.ts';
import { createMetrics, type Metrics } from '../core/metrics.ts';
import { watchKeyFile, type KeySource } from '../core/serviceKeys.ts';
import { tokenCheckOf } from '../core/workloadIdentity/config.ts';
import { SCHEMA_VERSION } from '../domain/verdict.ts';
import type { Fetch } from './bounded.ts';
import { makeCanary } from './canary.ts';
import { isConfigured, type LlmConfig } from './config.ts';
import { judge, type JudgeDeps } from './judge.ts';
import { priceOf } from './prices.ts';
import type { Random } from './prompt.ts';
import { PROMPT_VERSION } from './rules.ts';

export interface LlmDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly keys: KeySource;
  readonly random: Random;
  readonly transport: JudgeDeps['transport'];
  /** Local mode only: the raw internal key. */
  readonly rawKey?: (() => string | undefined) | undefined;
}

const BODY_LIMIT = 16 * 1024 * 1024;

/** Starts the service; the same in a process of its own and in local mode. */
export async function startLlm(
  config: LlmConfig,
  given: Partial<LlmDeps> & { log: Log },
): Promise<Running> {
  const deps = withDefaults(config, given);
  const metrics = createMetrics('llm');
  const gate = createGate();
  const { log } = deps;
  const app = createApp({ log, metrics, bodyLimit: BODY_LIMIT, readiness: gate.problems });
  let addresses: readonly string[] = [];
  app.express.use(
    '/internal/v1',
    requireInternal({
      ...deps,
      service: 'llm',
      metrics,
      addresses: () => addresses,
      checkToken: tokenCheckOf(config, 'llm', deps),
    }),
  );
  app.express.get(MODELS_PATH, (_request, response) => {
    response.json(describeModels(config));
  });
  const runJudge = createJudgeRunner(config, deps, metrics);
  app.express.post(JUDGE_PATH, gate.admit, async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    response.json(await runJudge(request.body, gone.signal));
  });
  const listening = await serveApp(app, config);
  const hosts = [config.host, 'localhost', ...(config.podIp === undefined ? [] : [config.podIp])];
  addresses = hosts.map((host) => new URL(`http://${host}:${listening.port}`).host);
  return {
    url: listening.url,
    stop: () => listening.stop(),
    drain: () => drain(gate, listening, config.drainMs),
  };
}

function withDefaults(config: LlmConfig, given: Partial<LlmDeps> & { log: Log }): LlmDeps {
  const clock = given.clock ?? systemClock;
  const keys =
    given.keys ??
    watchKeyFile(config.keysFile, (error) =>
      given.log.error({ err: error }, 'key file unreadable'),
    );
  const transport: LlmDeps['transport'] = ({ workspace, subject }) => {
    const opened = createEgressTransport(config.egressUrl, () =>
      issueCredential(keys, {
        issuer: 'llm',
        workspace,
        subject,
        id: randomUUID(),
        expires: clock.now().getTime() + DEFAULT_CAPS.maxMs,
        ...DEFAULT_CAPS,
      }),
    );
    // undici's own types and the standard ones describe the same objects
    const fetch: Fetch = (url, init) =>
      opened.fetch(url, init as never) as unknown as Promise<Response>;
    return { fetch, close: () => opened.close() };
  };
  return { random: randomBytes, transport, ...given, clock, keys };
}

/** Counts slots and outcomes around the judgement itself. */
function createJudgeRunner(
  config: LlmConfig,
  deps: LlmDeps,
  metrics: Metrics,
): (body: unknown, gone: AbortSignal) => Promise<JudgeResult> {
  const verdicts = metrics.counter({
    name: 'mon_llm_verdicts_total',
    help: 'Judgements by their outcome',
    labelNames: ['outcome'],
  });
  const tokens = metrics.counter({
    name: 'mon_llm_tokens_total',
    help: 'Tokens that the model server counted, by kind',
    labelNames: ['kind'],
  });
  const canaries = metrics.counter({
    name: 'mon_llm_canary_leaks_total',
    help: 'Answers thrown away because they repeated the instructions',
  });
  const judgeDeps: JudgeDeps = { ...deps, config, canary: makeCanary(deps.random) };
  let busy = 0;
  return async (body, gone) => {
    const request = judgeRequest.parse(body);
    if (busy >= config.slots)
      throw new HttpError('too_many_requests', 'All slots are busy', { retryAfterSeconds: 1 });
    busy += 1;
    try {
      const result = await judge(request, judgeDeps, gone);
      const { provenance: used } = result;
      verdicts.inc({ outcome: result.kind === 'answered' ? result.answer.verdict : result.why });
      tokens.inc({ kind: 'input' }, used.tokensIn);
      tokens.inc({ kind: 'cached' }, used.tokensCached);
      tokens.inc({ kind: 'output' }, used.tokensOut);
      if (result.kind === 'undetermined' && result.why === 'canary_leaked') {
        canaries.inc();
        const { workspace, monitor } = request;
        deps.log.error(
          { event: 'llm.canary', workspace, monitor, model: used.model },
          'A model repeated its instructions; look at the page for text that attacks the judge',
        );
      }
      return result;
    } finally {
      busy -= 1;
    }
  };
}

/** What the scheduler plans with. */
export function describeModels(config: LlmConfig): ModelsAnswer {
  const names = [...new Set([...config.chain, config.small, ...config.allowed])];
  return {
    configured: isConfigured(config),
    promptVersion: PROMPT_VERSION,
    schemaVersion: SCHEMA_VERSION,
    chain: [...config.chain],
    small: config.small === '' ? null : config.small,
    prices: Object.fromEntries(
      names.flatMap((name) => {
        const price = priceOf(config.prices, name);
        return price ? [[name, { ...price }]] : [];
      }),
    ),
  };
}
