/** Tries an edited job on the changes that were seen already; nothing of the monitor is written. */
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import type { BacktestRequest, BacktestResult, ToldFact } from '../../core/contracts/backtest.ts';
import { MOST_FACTS } from '../../core/contracts/backtest.ts';
import { formatUsd, parseUsd } from '../../domain/budget.ts';
import type { Claim } from '../../store/claim.ts';
import { getMonitor } from '../../store/monitors.ts';
import { listPastChanges, type PastChange } from '../../store/pastChanges.ts';
import { workersOf } from '../../store/workers.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { SchedulerDeps } from '../deps.ts';
import { askOf, openAsker } from './backtestAsker.ts';
import { replayChange, type Replay } from './compareAgain.ts';
import { findingContext } from './conclude.ts';
import { readTexts } from './looking.ts';
import { concludeReplay } from './replay.ts';

const DAY_MS = 86_400_000;

/**
 * Judges the changes again, oldest first.
 * @throws HttpError `not_found`; `unprocessable` for a goal or a model that cannot be tried
 */
export async function backtestJob(
  request: BacktestRequest,
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<BacktestResult> {
  const since = new Date(deps.clock.now().getTime() - request.days * DAY_MS);
  const { saved, workers, changes, more } = await readPast(request, since, deps);
  // the api has validated it against the schema; what is spent is the stored monitor's budget
  const edited = { ...(request.spec as unknown as MonitorJobSpec), budget: saved.budget };
  const spec = edited as MonitorJobSpec;
  const { workspace, name: monitor } = request;
  const claim = { workspace, monitor, spec, workers };
  const asker = await openAsker(claim, request.judge, deps, signal);
  const blobs = changes.flatMap(({ sources }) =>
    sources.flatMap(({ before, after }) => [before.textBlob, after.textBlob]),
  );
  const replay: Replay = {
    spec,
    saved,
    context: findingContext(claim),
    hasPrompt: asker !== undefined,
    texts: await readTexts({ workspace }, blobs, deps),
  };
  let facts: readonly ToldFact[] = request.facts;
  const tried: BacktestResult['changes'] = [];
  for (const change of changes) {
    const replayed = replayChange(change, replay);
    const concluded = concludeReplay(replayed, await askOf(asker, replayed), replay, facts);
    ({ facts } = concluded);
    tried.push(concluded.tried);
  }
  return {
    changes: tried,
    more,
    since: since.toISOString(),
    model: asker?.model ?? null,
    ...sumOf(tried),
    facts: facts.slice(-MOST_FACTS),
  };
}

function sumOf(
  tried: BacktestResult['changes'],
): Pick<BacktestResult, 'tokensIn' | 'tokensOut' | 'costUsd'> {
  const costs = tried.map(({ now }) => now.costUsd);
  const known = costs.filter((cost) => cost !== null);
  const cost = known.reduce((sum, each) => sum + parseUsd(each), 0n);
  return {
    tokensIn: tried.reduce((sum, { now }) => sum + now.tokensIn, 0),
    tokensOut: tried.reduce((sum, { now }) => sum + now.tokensOut, 0),
    costUsd: known.length < costs.length ? null : formatUsd(cost),
  };
}

interface Past {
  readonly saved: MonitorJobSpec;
  readonly workers: Claim['workers'];
  readonly changes: readonly PastChange[];
  readonly more: boolean;
}

async function readPast(
  { workspace, name, last, checks }: BacktestRequest,
  since: Date,
  { pool }: Pick<SchedulerDeps, 'pool'>,
): Promise<Past> {
  return withWorkspace(pool, workspace, async (tx) => {
    const { spec } = await getMonitor(tx, workspace, name);
    const workers = await workersOf(tx, workspace, name);
    const past = await listPastChanges(tx, workspace, name, { since, limit: last, checks });
    return { saved: spec, workers, ...past };
  });
}
