/** Keeps what signs in, from one check to the next: cookies, and the local storage of the page's origin. */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { MAX_SESSION_BYTES, type FetchRequest } from '../../../core/contracts/browser.ts';
import { keysOf, type Login } from '../../login.ts';
import { callInPage } from '../inPage/script.ts';
import { fillStorage, readStorage } from '../inPage/storage.ts';
import type { Cookie } from '../protocol.ts';
import { ownWorld } from '../settle.ts';
import { WORLD, type Tab } from '../tab.ts';

const cookie = z.object({
  name: z.string(),
  value: z.string(),
  domain: z.string(),
  path: z.string(),
  expires: z.number().optional(),
  httpOnly: z.boolean(),
  secure: z.boolean(),
  sameSite: z.enum(['Strict', 'Lax', 'None']).optional(),
});

const stored = z.object({ origin: z.string(), items: z.array(z.tuple([z.string(), z.string()])) });

const keptSession = z.object({
  /** Of what it was made; another login makes it void. */
  of: z.string(),
  cookies: z.array(cookie),
  storage: stored,
});
export type KeptSession = z.infer<typeof keptSession>;

/** Names the steps and the values that a session comes from. */
export function originOfSession({ source, session }: FetchRequest, login: Login): string {
  const { url, steps = [], userAgent } = source;
  const values = keysOf(steps).map((key) => {
    try {
      return login.value(key);
    } catch {
      return null;
    }
  });
  const parts = [url, userAgent ?? null, steps, session?.login?.name ?? null, values];
  return hash('sha256', JSON.stringify(parts), 'hex');
}

/** What was kept, when it is of the same steps and Secret. */
export function keptOf(text: string | undefined, of: string): KeptSession | undefined {
  if (text === undefined) return undefined;
  const read = keptSession.safeParse(jsonOf(text));
  return read.success && read.data.of === of ? read.data : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Gives a fresh tab what was kept.
 * @returns ends what fills the storage, once the first page is there: later the page does as it likes
 */
export async function restoreSession(tab: Tab, kept: KeptSession): Promise<() => Promise<void>> {
  const source = callInPage(fillStorage, [], kept.storage);
  const [, { identifier }] = await Promise.all([
    tab.root.send('Storage.setCookies', {
      browserContextId: tab.contextId,
      cookies: kept.cookies,
    }),
    tab.session.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: WORLD }),
  ]);
  return async () => {
    await tab.session.send('Page.removeScriptToEvaluateOnNewDocument', { identifier });
  };
}

/** Takes everything from the tab that signs in. */
export async function forgetSession(tab: Tab, kept: KeptSession): Promise<void> {
  await Promise.all([
    tab.root.send('Storage.clearCookies', { browserContextId: tab.contextId }),
    tab.session.send('Storage.clearDataForOrigin', {
      origin: kept.storage.origin,
      storageTypes: 'local_storage',
    }),
  ]);
}

/** What signs in, as text; undefined when it is too large to be kept. @throws ProtocolError */
export async function captureSession(tab: Tab, of: string): Promise<string | undefined> {
  const { cookies } = await tab.root.send('Storage.getCookies', {
    browserContextId: tab.contextId,
  });
  const contextId = await ownWorld(tab);
  const { result } = await tab.session.send('Runtime.evaluate', {
    expression: callInPage(readStorage, [], MAX_SESSION_BYTES),
    contextId,
    returnByValue: true,
  });
  if (result.value === null) return undefined;
  // a page without an origin of its own has no storage
  const storage = stored.safeParse(result.value);
  const kept: KeptSession = {
    of,
    cookies: cookies.map(toKeep).toSorted(byPlace),
    storage: storage.success ? storage.data : { origin: '', items: [] },
  };
  const text = JSON.stringify(kept);
  return Buffer.byteLength(text) <= MAX_SESSION_BYTES ? text : undefined;
}

/** A cookie that ends with the session has no time. */
function toKeep({ expires, sameSite, ...given }: Cookie): Cookie {
  const { name, value, domain, path, httpOnly, secure } = given;
  return {
    name,
    value,
    domain,
    path,
    httpOnly,
    secure,
    ...(expires !== undefined && expires > 0 ? { expires } : {}),
    ...(sameSite === undefined ? {} : { sameSite }),
  };
}

const placeOf = ({ domain, path, name }: Cookie): string => JSON.stringify([domain, path, name]);

const byPlace = (left: Cookie, right: Cookie): number =>
  placeOf(left) < placeOf(right) ? -1 : Number(placeOf(left) > placeOf(right));
