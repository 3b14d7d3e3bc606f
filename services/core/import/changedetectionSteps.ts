/** Browser steps of changedetection.io. They are carried over all or none: half a way leads elsewhere. */
import { isRecord } from '../manifest/index.ts';
import { checkPageSelector } from '../manifest/syntax.ts';
import type { Fields } from './fields.ts';
import { labelOf, type Notes } from './report.ts';

type Step = Readonly<Record<string, unknown>>;

export type Steps =
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  /** The watch has steps that duckmon cannot do. */
  | { readonly kind: 'lost' };

/** Fields of a form whose text is likely to be a secret. */
const SECRET_FIELD = /pass|pwd|token|secret|otp|pin\b|login|user|mail/i;
const LOGIN = 'put it into a Secret duckmon-login-… and write the steps by hand';
const BY_HAND = 'write the steps by hand in the dashboard, then resume the monitor';

export function stepsOf(fields: Fields, notes: Notes): Steps {
  const given = fields.take('browser_steps');
  const list = (Array.isArray(given) ? given : [])
    .filter(isRecord)
    .filter(({ operation }) => operation !== 'Choose one' && operation !== 'Goto site');
  const delay = fields.number('webdriver_delay') ?? 0;
  const steps: Step[] = [];
  for (const one of list) {
    const step = stepOf(one);
    if (typeof step === 'string') {
      const todo = step.includes('secret') ? LOGIN : BY_HAND;
      notes.leftOut(
        'browser_steps',
        `${step}, so all steps were left out and the monitor is paused`,
        todo,
      );
      return { kind: 'lost' };
    }
    if (step) steps.push(step);
  }
  if (delay > 0) steps.push({ wait: { duration: seconds(delay) } });
  if (steps.length <= 30) return { kind: 'steps', steps };
  notes.leftOut('browser_steps', 'there are more than 30 steps; the monitor is paused', BY_HAND);
  return { kind: 'lost' };
}

const seconds = (count: number): string => `${Math.min(Math.max(Math.round(count), 1), 60)}s`;

/** The step, undefined for one that needs none here, or why there is none. */
function stepOf(given: Readonly<Record<string, unknown>>): Step | string | undefined {
  const operation = labelOf(given['operation']);
  const selector = selectorOf(given['selector']);
  const value = typeof given['optional_value'] === 'string' ? given['optional_value'] : '';
  switch (operation.toLowerCase()) {
    case 'goto url':
      return /^https?:\/\//.test(value) ? { goto: value } : 'Goto URL has no address';
    case 'click element':
    case 'click element if exists':
    case 'check checkbox':
    case 'uncheck checkbox':
      return operation.startsWith('Click element') && !operation.includes('exists')
        ? aimed('Click element', selector, (it) => ({ click: { selector: it } }))
        : `${operation} depends on what the page shows`;
    case 'click element containing text':
      return value === '' ? `${operation} has no text` : { click: { text: value.slice(0, 256) } };
    case 'enter text in field':
      return SECRET_FIELD.test(String(given['selector']))
        ? 'the text of a field may be a secret'
        : aimed(operation, selector, (it) => ({ type: { selector: it, value } }));
    case 'press enter':
      return { press: 'Enter' };
    case 'select by label':
      return aimed(operation, selector, (it) => ({ select: { selector: it, value } }));
    case 'wait for seconds':
      return Number(value) > 0 ? { wait: { duration: seconds(Number(value)) } } : undefined;
    case 'wait for text':
      return value === '' ? `${operation} has no text` : { wait: { text: value.slice(0, 256) } };
    default:
      return `${operation || 'a step without an operation'} is not among the steps of duckmon`;
  }
}

const aimed = (
  operation: string,
  selector: string,
  make: (selector: string) => Step,
): Step | string =>
  checkPageSelector(selector) === undefined
    ? make(selector)
    : `${operation} has no selector that can be used`;

function selectorOf(given: unknown): string {
  const text = typeof given === 'string' ? given.trim() : '';
  const xpath = /^xpath=(.*)$/s.exec(text)?.[1] ?? (text.startsWith('/') ? text : undefined);
  return xpath === undefined ? text : `xpath:${xpath}`;
}
