/**
 * The workspace that this page is about. Every request names it, so that a tab stays in the one that it
 * began in, whatever is chosen in another or becomes the first.
 */

const KEY = 'workspace';

/** What was chosen last in this browser; kept only when somebody chose. */
let current = localStorage.getItem(KEY);
let isOpen = false;

/** From now on the page is about this one. */
export function enterWorkspace(id: string | null): void {
  current = id;
  isOpen = id !== null;
}

/** Remembers it and begins anew: nothing of the other stays on the page. */
export function chooseWorkspace(id: string): void {
  localStorage.setItem(KEY, id);
  location.assign('/');
}

/**
 * The workspace is the person's no more.
 * @returns whether there is another to try
 */
export function leaveWorkspace(): boolean {
  if (current === null) return false;
  localStorage.removeItem(KEY);
  if (isOpen) location.reload();
  enterWorkspace(null);
  return true;
}

export const workspaceHeader = (): Readonly<Record<string, string>> =>
  current === null ? {} : { 'x-workspace': current };

/** For addresses that the browser opens by itself, without headers of ours. */
export const inWorkspace = (address: string): string =>
  current === null ? address : `${address}?workspace=${encodeURIComponent(current)}`;
