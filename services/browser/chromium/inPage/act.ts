/** Acts on what a step is about. Functions here run in the page, each in one turn of it. */
import type { StepTarget } from '../../../core/contracts/browser.ts';
import type { PageDocument, PageElement } from './dom.ts';
import { callInPage } from './script.ts';
import {
  findTargets,
  foldWords,
  placeOf,
  ROLE_SELECTORS,
  targetFunctions,
  type Field,
  type StepAnswer,
  type TargetQuery,
  type Undone,
} from './target.ts';

declare const document: PageDocument & { readonly baseURI: string };
declare const self: { readonly origin: string };
declare const Element: { readonly prototype: PageElement };

/** Where a secret may be typed. */
export interface Guard {
  /** The only origin whose page may hold the field. */
  readonly origin: string;
  /** The origins to which the form around it may be sent. */
  readonly mayReceive: readonly string[];
}

interface Filling extends TargetQuery {
  readonly value: string;
  readonly guard: Guard | null;
}

interface Choosing extends TargetQuery {
  readonly value: string;
}

type Wanted = Pick<TargetQuery, 'target'>;

/** @param role what is meant where a field is known by the words beside it. */
const query = <T extends Wanted>(wanted: T, role?: 'Textbox' | 'Combobox'): T & TargetQuery => {
  const { target } = wanted;
  const meant: StepTarget =
    target.by === 'text' && role ? { by: 'role', role, name: target.text } : target;
  return { ...wanted, target: meant, roles: ROLE_SELECTORS };
};

/** Answers where to click. */
export const placeScript = (wanted: Wanted): string =>
  callInPage(whereToClick, [...targetFunctions, oneOf] as never, query(wanted));

/** Answers `done` when it is there. */
export const seenScript = (wanted: Wanted): string =>
  callInPage(whetherSeen, [...targetFunctions, oneOf] as never, query(wanted));

/**
 * Fills a field. Whether it lies in a page of the right origin is asked in the same turn in which it is
 * filled: no page can come between.
 */
export const fillScript = (wanted: Omit<Filling, 'roles'>): string =>
  callInPage(fillField, fillFunctions as never, query(wanted, 'Textbox'));

/** Chooses an entry of a list. */
export const chooseScript = (wanted: Omit<Choosing, 'roles'>): string =>
  callInPage(
    chooseEntry,
    [...targetFunctions, oneOf, tellChange] as never,
    query(wanted, 'Combobox'),
  );

export function oneOf(wanted: TargetQuery): Field | Undone {
  const found = findTargets(wanted);
  if (!found) return { kind: 'wrong', why: 'the selector cannot be read' };
  return found[0] ?? { kind: 'absent', why: 'nothing that can be seen matches' };
}

export function whereToClick(wanted: TargetQuery): StepAnswer {
  const found = oneOf(wanted);
  return 'why' in found ? found : placeOf(found);
}

export function whetherSeen(wanted: TargetQuery): StepAnswer {
  const found = oneOf(wanted);
  return 'why' in found ? found : { kind: 'done', x: 0, y: 0 };
}

export function fillField({ value, guard, ...wanted }: Filling): StepAnswer {
  const found = oneOf(wanted);
  if ('why' in found) return found;
  const isField =
    found.tagName === 'TEXTAREA' ||
    (found.tagName === 'INPUT' &&
      !/^(hidden|checkbox|radio|file|image|submit|reset|button|color|range)$/.test(
        found.type ?? '',
      ));
  if (!isField) return { kind: 'wrong', why: 'it is no field for text' };
  const place = placeOf(found);
  if (place.kind !== 'done') return place;
  if (found.readOnly === true) return { kind: 'hindered', why: 'it is read-only' };
  const refusal = guard ? refusalOf(found, guard, wanted) : null;
  if (refusal) return refusal;
  found.focus();
  found.value = value;
  tellChange(found);
  return place;
}

/** Why a secret must not be typed here. */
export function refusalOf(field: Field, guard: Guard, wanted: TargetQuery): StepAnswer | null {
  if (self.origin !== guard.origin)
    return {
      kind: 'hindered',
      why: `the page is of ${self.origin}, and a secret is typed into pages of ${guard.origin} only`,
    };
  if ((findTargets(wanted) ?? []).length > 1)
    return { kind: 'hindered', why: 'several fields match, and a secret needs exactly one' };
  const other = receiversOf(field).find((origin) => !guard.mayReceive.includes(origin));
  return other === undefined
    ? null
    : {
        kind: 'hindered',
        why: `its form is sent to ${other}, which neither the source nor a goto names`,
      };
}

/** The origins to which the form around a field can be sent. */
export function receiversOf(field: Field): string[] {
  const { form } = field;
  if (!form) return [];
  // a field may have the name of a method, and hide the form's own
  const read = (element: PageElement, name: string): string =>
    Element.prototype.getAttribute.call(element, name) ?? '';
  const buttons = Array.from(document.querySelectorAll('[formaction]')).filter(
    (button) => (button as Field).form === form,
  );
  return [read(form, 'action'), ...buttons.map((button) => read(button, 'formaction'))].map(
    (address) => {
      try {
        const { origin } = new URL(address, document.baseURI);
        return origin;
      } catch {
        return 'an address that cannot be read';
      }
    },
  );
}

export function chooseEntry({ value, ...wanted }: Choosing): StepAnswer {
  const list = oneOf(wanted);
  if ('why' in list) return list;
  if (list.tagName !== 'SELECT') return { kind: 'wrong', why: 'it is no list' };
  const entries = Array.from(list.options ?? []);
  const entry =
    entries.find((one) => one.value === value) ??
    entries.find((one) => foldWords(one.textContent ?? '') === foldWords(value));
  if (!entry) return { kind: 'absent', why: `the list has no entry "${value}"` };
  const place = placeOf(list);
  if (place.kind !== 'done') return place;
  list.focus();
  list.value = entry.value ?? '';
  tellChange(list);
  return place;
}

/** What a person's typing would tell the page. */
export function tellChange(field: Field): void {
  for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }));
}

const fillFunctions = [...targetFunctions, oneOf, receiversOf, refusalOf, tellChange];
