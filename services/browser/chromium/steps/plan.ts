/** Decides of steps, as plain data: which of them sign in, where a secret may be typed, how each is called. */
import type { PageStep, StepTarget } from '../../../core/contracts/browser.ts';
import type { Guard } from '../inPage/act.ts';

/** A step with its number, which the person counts from 1. */
export interface Numbered {
  readonly step: PageStep;
  readonly number: number;
}

export interface StepPlan {
  /** The steps that sign in; left out while a kept session is good. */
  readonly login: readonly Numbered[];
  readonly others: readonly Numbered[];
}

/**
 * The login goes up to the last step that types a secret, with the click or key that sends it and the
 * waits right behind.
 * @param persist whether a session is kept; without one all steps run in their order.
 */
export function planSteps(steps: readonly PageStep[], persist: boolean): StepPlan {
  const numbered = steps.map((step, index) => ({ step, number: index + 1 }));
  const last = steps.findLastIndex(({ kind }) => kind === 'typeSecret');
  if (!persist || last < 0) return { login: [], others: numbered };
  let end = last + 1;
  if (steps[end]?.kind === 'click' || steps[end]?.kind === 'press') end += 1;
  while (steps[end]?.kind === 'wait' || steps[end]?.kind === 'pause') end += 1;
  return { login: numbered.slice(0, end), others: numbered.slice(end) };
}

/** A secret goes into pages of the address that the spec names last before the step, and nowhere else. */
export function guardOf(steps: readonly PageStep[], number: number, url: string): Guard {
  const named = [url, ...steps.flatMap((step) => (step.kind === 'goto' ? [step.url] : []))];
  const before = steps.slice(0, number - 1).findLast(({ kind }) => kind === 'goto');
  return {
    origin: originOf(before?.kind === 'goto' ? before.url : url),
    mayReceive: [...new Set(named.map(originOf))],
  };
}

const originOf = (url: string): string => URL.parse(url)?.origin ?? '';

/** A step in the words of a message; values are never among them. */
export function nameStep(step: PageStep): string {
  switch (step.kind) {
    case 'click':
      return `click on ${nameTarget(step.target)}`;
    case 'type':
    case 'typeSecret':
      return `type into ${nameTarget(step.target)}`;
    case 'press':
      return `press ${step.key}`;
    case 'select':
      return `select in ${nameTarget(step.target)}`;
    case 'wait':
      return `wait for ${nameTarget(step.target)}`;
    case 'pause':
      return `wait ${step.ms / 1000} s`;
    case 'goto':
      return `goto ${step.url}`;
    default:
      return step satisfies never;
  }
}

function nameTarget(target: StepTarget): string {
  switch (target.by) {
    case 'selector':
      return `"${target.selector}"`;
    case 'text':
      return `the text "${target.text}"`;
    case 'role':
      return target.name === undefined ? target.role : `${target.role} "${target.name}"`;
    default:
      return target satisfies never;
  }
}
