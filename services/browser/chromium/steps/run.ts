/** Runs steps one after the other, each within its time; the first that fails ends the fetch. */
import type { PageStep, StepTarget } from '../../../core/contracts/browser.ts';
import { FetchFailure } from '../../failure.ts';
import { LoginError, type Login } from '../../login.ts';
import { orAborted } from '../abort.ts';
import { ProtocolError } from '../connection.ts';
import { chooseScript, fillScript, placeScript, seenScript } from '../inPage/act.ts';
import type { StepAnswer } from '../inPage/target.ts';
import { rest, type Looking } from '../look.ts';
import { arrive } from '../navigate.ts';
import { ownWorld } from '../settle.ts';
import { clickAt, pressKey } from './keys.ts';
import { guardOf, nameStep, type Numbered } from './plan.ts';

export interface Walk extends Looking {
  readonly login: Login;
  /** Longest time of one step; `STEP_MS` when absent. */
  readonly stepMs: number | undefined;
  /** On the monotonic clock: when the page's own time is over. */
  readonly endsAt: number;
}

/** A step waits so long for what it is about. */
export const STEP_MS = 10_000;
/** Time between two looks. */
const LOOK_MS = 100;
/** Left of the page's time, so that it is the step that is named and not the deadline. */
const MARGIN_MS = 500;

/** Says what a step lacks; becomes `stepFailed` with the step's number. */
class StepError extends Error {}

/**
 * Runs the steps in their order; the page rests after each.
 * @throws FetchFailure `stepFailed`; the signal's reason.
 */
export async function runSteps(
  walk: Walk,
  steps: readonly Numbered[],
  signal: AbortSignal,
): Promise<void> {
  for (const numbered of steps) {
    walk.traffic.onward();
    try {
      await perform(walk, numbered, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw failureOfStep(numbered, error);
    }
    await rest(walk, signal);
  }
}

/** A browser that has gone is told as that. */
function failureOfStep({ step, number }: Numbered, error: unknown): unknown {
  if (error instanceof ProtocolError && error.closed) return error;
  const isKnown =
    error instanceof StepError || error instanceof LoginError || error instanceof FetchFailure;
  const why = isKnown ? error.message.replace(/\.$/, '') : 'the browser could not do it';
  return new FetchFailure('stepFailed', `Step ${number} (${nameStep(step)}): ${why}.`, {
    step: number,
    cause: isKnown ? undefined : error,
  });
}

async function perform(walk: Walk, { step, number }: Numbered, signal: AbortSignal): Promise<void> {
  const { session } = walk.tab;
  switch (step.kind) {
    case 'click': {
      const { x, y } = await untilDone(walk, placeScript(step), signal);
      return orAborted(clickAt(session, x, y), signal);
    }
    case 'type':
      await untilDone(
        walk,
        fillScript({ ...targetOf(step), value: step.value, guard: null }),
        signal,
      );
      return;
    case 'typeSecret':
      return typeSecret(walk, step, number, signal);
    case 'press':
      return orAborted(pressKey(session, step.key), signal);
    case 'select':
      await untilDone(walk, chooseScript({ ...targetOf(step), value: step.value }), signal);
      return;
    case 'wait':
      await untilDone(walk, seenScript(step), signal);
      return;
    case 'pause':
      return walk.clock.sleep(step.ms, signal);
    case 'goto':
      return goto(walk, step.url, signal);
    default:
      return step satisfies never;
  }
}

const targetOf = ({ target }: { readonly target: StepTarget }) => ({ target });

async function typeSecret(
  walk: Walk,
  step: Extract<PageStep, { kind: 'typeSecret' }>,
  number: number,
  signal: AbortSignal,
): Promise<void> {
  const { steps = [], url } = walk.request.source;
  // A code is good for half a minute: none is made before there is a field for it.
  if (step.totp) await untilDone(walk, seenScript(targetOf(step)), signal);
  const value = step.totp ? walk.login.code(step.key) : walk.login.value(step.key);
  const guard = guardOf(steps, number, url);
  await untilDone(walk, fillScript({ ...targetOf(step), value, guard }), signal);
}

async function goto({ tab, traffic }: Walk, url: string, signal: AbortSignal): Promise<void> {
  const arrival = await arrive(tab, traffic, url, signal);
  if (arrival.kind === 'useHttp') throw new StepError('the address gives no web page');
}

const UNANSWERED: StepAnswer = { kind: 'hindered', why: 'the page could not be asked' };
const MOVED_ON: StepAnswer = { kind: 'hindered', why: 'the page went on to another one' };

type Done = Extract<StepAnswer, { kind: 'done' }>;

/** Asks the page until it answers `done`; what never will is not waited for. */
async function untilDone(walk: Walk, expression: string, signal: AbortSignal): Promise<Done> {
  const { clock } = walk;
  const until = Math.min(clock.monotonic() + (walk.stepMs ?? STEP_MS), walk.endsAt - MARGIN_MS);
  for (;;) {
    const answer = await ask(walk, expression, signal);
    if (answer.kind === 'done') return answer;
    if (answer.kind === 'wrong' || clock.monotonic() >= until) throw new StepError(answer.why);
    await clock.sleep(LOOK_MS, signal);
  }
}

/** One look, in our own world of the main frame; a page that goes on meanwhile is asked again. */
async function ask({ tab }: Walk, expression: string, signal: AbortSignal): Promise<StepAnswer> {
  try {
    const contextId = await orAborted(ownWorld(tab), signal);
    const { result, exceptionDetails } = await orAborted(
      tab.session.send('Runtime.evaluate', { expression, contextId, returnByValue: true }),
      signal,
    );
    return exceptionDetails ? UNANSWERED : (result.value as StepAnswer);
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.closed) throw error;
  }
  return MOVED_ON;
}
