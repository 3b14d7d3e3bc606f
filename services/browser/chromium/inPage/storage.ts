/** Reads and fills the local storage of a page's origin, and reads what its fields hold. Runs in the page. */
import type { PageDocument, PageElement } from './dom.ts';
import type { Field } from './target.ts';

declare const document: PageDocument & { readonly body: { readonly innerText?: string } | null };
declare const self: { readonly origin: string };
declare const localStorage: {
  readonly length: number;
  key(index: number): string | null;
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
};

export interface StoredItems {
  readonly origin: string;
  readonly items: (readonly [name: string, value: string])[];
}

/** Another origin's page is left alone. */
export function fillStorage({ origin, items }: StoredItems): void {
  if (self.origin !== origin) return;
  for (const [name, value] of items) localStorage.setItem(name, value);
}

/** All that is stored; null when that is more than `most` characters. */
export function readStorage(most: number): StoredItems | null {
  const items: [string, string][] = [];
  let room = most;
  for (let index = 0; index < localStorage.length; index += 1) {
    const name = localStorage.key(index) ?? '';
    const value = localStorage.getItem(name) ?? '';
    room -= name.length + value.length;
    if (room < 0) return null;
    items.push([name, value]);
  }
  return { origin: self.origin, items };
}

/** The words that a picture of the page would show, those in fields and in open shadow trees among them. */
export function shownWords(most: number): string {
  const words: string[] = [];
  const roots: Pick<PageElement, 'querySelectorAll'>[] = [document];
  for (let root = roots.pop(); root; root = roots.pop())
    for (const element of root.querySelectorAll('*')) {
      const { tagName, shadowRoot, type, value } = element as Field;
      if (/^(?:input|textarea)$/i.test(tagName) && type !== 'password') words.push(value ?? '');
      if (!shadowRoot) continue;
      for (const node of Array.from(shadowRoot.childNodes))
        words.push((node as { innerText?: string }).innerText ?? node.textContent ?? '');
      roots.push(shadowRoot as unknown as PageElement);
    }
  return [...words, document.body?.innerText ?? ''].join('\n').slice(0, most);
}
