/** Decides what an edited job would have made of a change that was seen long ago. Pure. */
import type { ToldFact, TriedChange } from '../../core/contracts/backtest.ts';
import { decide, type Decision } from '../../domain/decision.ts';
import { findingsOf, notJudgedFinding, type Candidate } from '../../domain/finding.ts';
import { decideResolution, type Resolvable } from '../../domain/resolution.ts';
import { problemsOf, type Replay, type Replayed } from './compareAgain.ts';
import type { Judged } from './judge.ts';

/** Why a change was not put before the model. */
export type Unasked =
  | 'notAsked'
  | 'maximum'
  | 'time'
  | 'textGone'
  | 'model_unavailable'
  | 'budget_exhausted';

/** What a model said of a change, or why none was asked. */
export type Asked =
  | { readonly kind: 'judged'; readonly judged: Judged }
  | { readonly kind: 'unasked'; readonly why: Unasked; readonly most: TriedChange['now']['most'] }
  /** Conditions, or nothing at all, decide. */
  | { readonly kind: 'needless' };

/** The change as it is answered, and what is told from there on. */
export function concludeReplay(
  replayed: Replayed,
  asked: Asked,
  replay: Replay,
  facts: readonly ToldFact[],
): { readonly tried: TriedChange; readonly facts: readonly ToldFact[] } {
  const { change, items } = replayed;
  const judged = asked.kind === 'judged' ? asked.judged : undefined;
  const decision =
    asked.kind === 'unasked' ? undefined : decideItems(replayed, judged, replay, facts);
  const candidates = candidatesOf(replayed, decision, replay);
  const fresh = candidates.filter((candidate) => !isTold(candidate, facts));
  const tried: TriedChange = {
    checkId: change.checkId,
    at: change.at.toISOString(),
    sources: change.sources.map(({ source }) => source),
    then: {
      outcome: change.outcome,
      reason: change.reason,
      verdict: change.verdict,
      relevance: change.relevance,
      summary: change.summary,
    },
    now: {
      ...outcomeOf(replayed, asked, decision, { candidates, fresh }),
      verdict: judged?.verdict.verdict ?? null,
      relevance: judged?.verdict.relevance ?? null,
      summary: judged ? judged.verdict.summary || judged.verdict.reason : '',
      alerts: fresh.map(({ title }) => title),
      problems: problemsOf(items, replay),
      tokensIn: judged?.tokensIn ?? 0,
      tokensOut: judged?.tokensOut ?? 0,
      costUsd: judged ? judged.costUsd : '0',
      most: asked.kind === 'unasked' ? asked.most : null,
    },
  };
  return { tried, facts: factsAfter(replayed, judged, candidates, replay, facts) };
}

function decideItems(
  { items }: Replayed,
  judged: Judged | undefined,
  { spec, context }: Replay,
  facts: readonly ToldFact[],
): Decision | undefined {
  const open = items.filter(({ stop }) => !stop);
  if (open.length === 0) return undefined;
  const conditions = open.flatMap((item) => item.conditions);
  return decide({
    goal: spec.goal,
    verdict: judged?.verdict,
    requirements: conditions.filter((result) => result.then === 'Require'),
    candidates: findingsOf(context, judged?.verdict, []),
    fired: findingsOf(context, undefined, conditions),
    stateIsTold: facts.some(({ origin }) => origin === 'claim'),
    retryExpired: false,
  });
}

/** Conditions that fired tell by themselves, also where no model was asked. */
function candidatesOf(
  { items }: Replayed,
  decision: Decision | undefined,
  { context }: Replay,
): Candidate[] {
  const alone = decision ? items.filter(({ stop }) => stop) : items;
  const fired = findingsOf(
    context,
    undefined,
    alone.flatMap((item) => item.conditions),
  );
  const notJudged =
    decision?.kind === 'changedNotJudged'
      ? items
          .filter(({ stop }) => !stop)
          .map((item) => notJudgedFinding(context, item.source, item.after.hash, decision.why))
      : [];
  return [...(decision?.candidates ?? []), ...notJudged, ...fired];
}

/** One "changed, not judged" of a page stands for those that follow. */
const isTold = (candidate: Candidate, facts: readonly ToldFact[]): boolean =>
  facts.some(
    (fact) =>
      fact.fingerprint === candidate.fingerprint ||
      (fact.origin === 'changedNotJudged' &&
        candidate.origin === 'changedNotJudged' &&
        fact.source === candidate.source),
  );

function outcomeOf(
  { items, textGone }: Replayed,
  asked: Asked,
  decision: Decision | undefined,
  {
    candidates,
    fresh,
  }: { readonly candidates: readonly Candidate[]; readonly fresh: readonly Candidate[] },
): Pick<TriedChange['now'], 'outcome' | 'reason'> {
  if (fresh.length > 0)
    return {
      outcome: 'Alerted',
      reason: decision?.kind === 'changedNotJudged' ? decision.why : null,
    };
  if (asked.kind === 'unasked') return { outcome: 'Unasked', reason: asked.why };
  if (textGone && items.length === 0) return { outcome: 'Unasked', reason: 'textGone' };
  if (candidates.length > 0) return { outcome: 'Suppressed', reason: 'knownFinding' };
  if (decision?.kind === 'suppress') return { outcome: 'Suppressed', reason: decision.reason };
  if (decision?.kind === 'retryLater')
    return { outcome: 'Suppressed', reason: 'undeterminedRetry' };
  const stop = items.find((item) => item.stop)?.stop;
  return { outcome: 'Suppressed', reason: stop?.reason ?? 'noMatch' };
}

function factsAfter(
  { items }: Replayed,
  judged: Judged | undefined,
  candidates: readonly Candidate[],
  { context }: Replay,
  facts: readonly ToldFact[],
): ToldFact[] {
  const seen = {
    goalKind: context.goalKind,
    verdict: judged?.verdict,
    conditions: items.flatMap((item) => item.conditions),
    candidates,
  };
  const sources = new Set(items.map(({ source }) => source));
  const open = facts.filter((fact) => {
    return !sources.has(fact.source) || decideResolution(recordOf(fact), seen).kind === 'keep';
  });
  const added = candidates.flatMap((candidate) => factOf(candidate, open) ?? []);
  return [...open, ...added];
}

const recordOf = (fact: ToldFact): Resolvable => ({ ...fact, state: 'open', lastAlertAt: null });

const MOST_SUBJECT = 500;

function factOf(candidate: Candidate, facts: readonly ToldFact[]): ToldFact | undefined {
  const { fingerprint, origin, source, subject } = candidate;
  if (origin === 'failure' || isTold(candidate, facts)) return undefined;
  return { fingerprint, origin, source, subject: subject.slice(0, MOST_SUBJECT) };
}

const ENDS = ['model_unavailable', 'budget_exhausted', 'model_not_configured'] as const;

/** Why asking about further changes would be vain; undefined where it would not. */
export const endsTheTry = ({ verdict }: Judged): (typeof ENDS)[number] | undefined =>
  ENDS.find((why) => why === verdict.why);
