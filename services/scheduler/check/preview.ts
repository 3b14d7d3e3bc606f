/** Tries a job without saving anything: what is fetched, what differs, what a judge would say. */
import type { MonitorJobSpec, Source } from '../../../crds/types/monitorjob.ts';
import type {
  PreviewPicture,
  PreviewRequest,
  PreviewResult,
} from '../../core/contracts/scheduler.ts';
import { HttpError } from '../../core/errors.ts';
import type { ConditionResult } from '../../domain/condition.ts';
import { normalise } from '../../domain/normalise.ts';
import type { FetchedPage } from '../../domain/types.ts';
import { loadMemory } from '../../store/memory.ts';
import type { Baseline, SourceState } from '../../store/sourceState.ts';
import { workersOf } from '../../store/workers.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { decideCheck, lookAtAll, type Checked } from './decide.ts';
import { fetchSources, type FetchContext } from './fetch.ts';
import type { Judged } from './judge.ts';
import { extractorOf, pageOf, type Fetched } from './look.ts';
import { previewPicture } from './picture.ts';
import { promptOf } from './prompt.ts';
import { describeValues, problemOf } from './report.ts';
import type { SchedulerDeps } from '../deps.ts';
import { NoPodError } from '../workers/errors.ts';
import { judgeItems } from './judging.ts';
import { readTexts } from './looking.ts';
import { timeoutsOf } from './timeouts.ts';
import { usualJudging } from './usualCost.ts';
import { pointsOf } from './values.ts';

const MAX_TEXT = 64 * 1024;
const MAX_HUNKS = 100;

/** Fetches and compares with what the monitor of this name saw last, if there is one. */
export async function previewJob(
  request: PreviewRequest,
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<PreviewResult> {
  // the api has validated it against the schema, which fills in every default
  const spec = request.spec as unknown as MonitorJobSpec;
  const memory = await readMemory(request, deps);
  const { workspace, name } = request;
  const workers = await withWorkspace(deps.pool, workspace, (tx) => workersOf(tx, workspace, name));
  const claim = { workspace, monitor: name, spec, workers, ...memory };
  const timeouts = timeoutsOf(spec);
  const checkId = deps.newId();
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeouts.totalMs))]);
  const nothingKept = { keepsDocuments: false, isPreview: true };
  const context = { claim, checkId, timeouts, signal: deadline, ...nothingKept };
  const { fetched, pictures } = await fetchSeated(context, request.picture ?? false, deps);
  const looked = lookAtAll(claim, fetched);
  const blobs = looked.flatMap((each) => (each.base ? [each.base.textBlob] : []));
  const texts = await readTexts(claim, blobs, deps);
  const decided = decideCheck(spec, looked, texts, deps.clock.now());
  const judged = request.judge
    ? await judgeItems(claim, checkId, decided.items, deps, signal)
    : undefined;
  const result = withPictures(describe(spec.values, decided.checked, judged), pictures);
  return { ...result, ...(await judgingOf(claim, result, deps)) };
}

/** A monitor with a pool is fetched by its pods here as well: a pod may have to come first. */
async function fetchSeated(
  context: FetchContext,
  pictured: boolean,
  deps: SchedulerDeps,
): Promise<{ readonly fetched: Fetched[]; readonly pictures: Pictures }> {
  const { claim, checkId, signal } = context;
  try {
    await deps.workers.seated(claim, checkId, signal);
    const fetched = await fetchSources(context, claim.spec.sources, deps);
    const [first] = pictured ? fetched : [];
    const picture = first && (await previewPicture(first, context, deps));
    const pictures = new Map(first && picture ? [[first.source.name, picture]] : []);
    return { fetched, pictures };
  } catch (error) {
    if (!(error instanceof NoPodError)) throw error;
    throw new HttpError('unavailable', `${error.message}; try again in a moment.`, {
      retryAfterSeconds: 5,
      cause: error,
    });
  } finally {
    deps.workers.leave(claim);
  }
}

/** An llm service that is away is no reason to show no preview. */
async function judgingOf(
  claim: Pick<FetchContext['claim'], 'workspace' | 'spec' | 'workers'>,
  { sources }: PreviewResult,
  deps: Pick<SchedulerDeps, 'models' | 'secrets'>,
): Promise<Pick<PreviewResult, 'judging'>> {
  const prompt = await promptOf(claim, deps.secrets);
  const models = await deps.models.current(claim.workers?.llm ?? null).catch(() => undefined);
  if (prompt.kind !== 'prompt' || !models?.configured) return {};
  const { model } = claim.spec.judge;
  const textBytes = sources.reduce((sum, each) => sum + Buffer.byteLength(each.normalised), 0);
  const chain = model === undefined ? models.chain : [model];
  return { judging: usualJudging({ prompt: prompt.text, textBytes }, chain, models.prices) };
}

/** By source; only of the first page, which is the one that is pointed at. */
type Pictures = ReadonlyMap<string, PreviewPicture | string>;

function withPictures(result: PreviewResult, pictures: Pictures): PreviewResult {
  const sources = result.sources.map((source) => {
    const picture = pictures.get(source.source);
    if (picture === undefined) return source;
    return typeof picture === 'string'
      ? { ...source, warnings: [`There is no screenshot. ${picture}`, ...source.warnings] }
      : { ...source, picture };
  });
  return { ...result, sources };
}

/** A confirmation that is under way belongs to the monitor, not to the preview. */
async function readMemory(
  { workspace, name }: PreviewRequest,
  deps: Pick<SchedulerDeps, 'pool'>,
): Promise<{ states: SourceState[]; baselines: readonly Baseline[] }> {
  const [memory] = await loadMemory(deps.pool, [{ workspace, monitor: name }]);
  const fresh = { pending: undefined, etag: undefined, lastModified: undefined };
  return {
    states: (memory?.states ?? []).map((state) => ({ ...state, ...fresh })),
    baselines: memory?.baselines ?? [],
  };
}

type Rules = MonitorJobSpec['values'];

function describe(
  values: Rules,
  checked: readonly Checked[],
  judged: Judged | undefined,
): PreviewResult {
  const conditions = checked.flatMap((each) => each.compared?.conditions ?? []);
  return {
    sources: checked.map((each) => describeSource(each, values)),
    conditions: conditions.map(describeCondition),
    verdict: judged ? { ...judged.verdict, provenance: judged.provenance } : null,
    tokensIn: judged?.tokensIn ?? 0,
    tokensOut: judged?.tokensOut ?? 0,
    costUsd: judged ? judged.costUsd : '0',
  };
}

function describeSource(checked: Checked, values: Rules): PreviewResult['sources'][number] {
  const { look, fetched, compared } = checked;
  const page = pageOf(look);
  const seen = 'seen' in look ? look.seen : undefined;
  const normalised = seen?.normal.text ?? normaliseText(page, fetched.source);
  const outcome = look.kind === 'failed' || look.kind === 'notJudgeable' ? look.kind : 'page';
  return {
    source: fetched.source.name,
    outcome,
    title: page?.title ?? '',
    finalUrl: page?.finalUrl ?? fetched.source.url,
    status: page?.status ?? null,
    extractor: extractorOf(look) ?? null,
    text: (page?.text ?? '').slice(0, MAX_TEXT),
    normalised: normalised.slice(0, MAX_TEXT),
    problem: problemOf(checked),
    hunks: (compared?.change.hunks ?? []).slice(0, MAX_HUNKS),
    warnings: [...(page?.warnings ?? [])],
    ...describeValues(pointsOf(values, checked)),
  };
}

/** An unchanged page was not normalised on its way here. */
const normaliseText = (page: FetchedPage | undefined, source: Source): string =>
  page ? normalise(page.text, { ignore: source.ignore?.text ?? [] }).text : '';

const describeCondition = ({ name, holds, evidence, problem }: ConditionResult) => ({
  name,
  holds,
  evidence: problem ?? evidence,
});
