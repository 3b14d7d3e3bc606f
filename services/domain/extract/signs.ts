/** Recognises structures of walls, forms and empty shells in an HTML page. */
import { signsOfText, SHORT_PAGE } from '../phrases.ts';
import type { PageSign } from '../types.ts';
import { isVisible, type PageView } from './render.ts';
import type { PageElement } from './tree.ts';

/** Says what an element shows by its attributes; undefined when it shows nothing of the kind. */
interface Structure {
  readonly kind: PageSign['kind'];
  readonly ids?: RegExp;
  readonly classes?: RegExp;
  /** Of scripts, frames and images. */
  readonly sources?: RegExp;
  readonly fields?: RegExp;
  readonly actions?: RegExp;
}

const STRUCTURES: readonly Structure[] = [
  {
    kind: 'captcha',
    ids: /^(?:px-captcha|captcha-form)$/,
    classes: /(?:^|\s)(?:g-recaptcha|h-captcha|cf-turnstile)(?:\s|$)/,
    sources:
      /\/recaptcha\/(?:api2|enterprise)\/|hcaptcha\.com\/captcha|challenges\.cloudflare\.com|captcha-delivery\.com|captcha\.(?:php|png|jpe?g|gif)/i,
    fields: /captcha/i,
  },
  {
    kind: 'botWall',
    ids: /^(?:challenge-(?:form|running|stage)|cf-error-details)$/,
    sources: /_Incapsula_Resource/,
  },
  {
    kind: 'consentWall',
    ids: /^(?:onetrust-banner-sdk|CybotCookiebotDialog|didomi-host|usercentrics-root|sp_message_container.*|.*cookie-consent.*)$/i,
    classes: /fc-consent-root|qc-cmp2-container|cookie-?(?:banner|consent)/i,
    actions: /^https?:\/\/consent\./,
  },
];
const SOURCED = new Set(['script', 'iframe', 'img']);

/** All signs of a page. `shell` is the selector of an application's root that is still empty. */
export function findSigns(
  page: PageView,
  read: { title: string; text: string; shell: string | undefined },
): PageSign[] {
  const signs: PageSign[] = [...bySight(page), ...signsOfText(read.title, read.text)];
  if (read.shell !== undefined && read.text.length < SHORT_PAGE / 5) {
    signs.push({ kind: 'emptyAppShell', evidence: read.shell });
  }
  const seen = new Set<string>();
  return signs.filter(({ kind }) => !seen.has(kind) && seen.add(kind));
}

function bySight(page: PageView): PageSign[] {
  const signs: PageSign[] = [];
  for (const element of page.tree.elements) {
    if (Object.keys(element.attribs).length === 0) continue;
    for (const structure of STRUCTURES) {
      const evidence = shownBy(structure, element);
      if (evidence !== undefined) signs.push({ kind: structure.kind, evidence });
    }
    if (isPasswordField(element) && isVisible(page, element)) {
      signs.push({ kind: 'loginForm', evidence: 'input[type=password]' });
    }
  }
  return signs;
}

function shownBy(structure: Structure, { name, attribs }: PageElement): string | undefined {
  const { id, class: classes, src, action } = attribs;
  if (id !== undefined && structure.ids?.test(id) === true) return clip(`${name}#${id}`);
  if (classes !== undefined && structure.classes?.test(classes) === true) {
    return clip(`${name}[class="${classes}"]`);
  }
  if (src !== undefined && SOURCED.has(name) && structure.sources?.test(src) === true) {
    return clip(`${name}[src="${src}"]`);
  }
  if (action !== undefined && structure.actions?.test(action) === true) {
    return clip(`${name}[action="${action}"]`);
  }
  const field = name === 'input' ? attribs['name'] : undefined;
  if (field === undefined || structure.fields?.test(field) !== true) return undefined;
  return clip(`input[name="${field}"]`);
}

function isPasswordField({ name, attribs }: PageElement): boolean {
  return name === 'input' && attribs['type']?.toLowerCase() === 'password';
}

function clip(evidence: string): string {
  return evidence.slice(0, 200);
}
