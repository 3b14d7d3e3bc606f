/** A page in a fresh context of its own: prepared ahead of time, used once, thrown away. */
import { randomBytes } from 'node:crypto';
import type { Session } from './connection.ts';
import { callInPage } from './inPage/script.ts';
import { watchMutations, watchTimers } from './inPage/settle.ts';
import type { Launched } from './launch.ts';

/** Name of the world in which our scripts run, apart from the page's own. */
export const WORLD = 'duckmon';

/** Timers of a loading page that are waited for are at most this long. */
const LONGEST_TIMER_MS = 1000;

export interface Tab {
  readonly session: Session;
  /** The browser's own session: only it is asked about a context as a whole. */
  readonly root: Pick<Session, 'send'>;
  readonly contextId: string;
  readonly targetId: string;
  /** Property of the page's window that tells when its last counted timer ends. */
  readonly timerName: string;
  /** The session of a target that belongs to the page; it ends with the tab. */
  child(sessionId: string): Session;
  /** Ends the page and everything that its context holds. */
  close(): Promise<void>;
}

/**
 * Opens a blank page in a new context that reaches the network by `proxyServer` only.
 * @throws ProtocolError
 */
export async function openTab({ connection }: Launched, proxyServer: string): Promise<Tab> {
  const { browserContextId } = await connection.send('Target.createBrowserContext', {
    proxyServer,
    // Without this, addresses of this machine would go around the proxy.
    proxyBypassList: '<-loopback>',
    disposeOnDetach: true,
  });
  const [{ targetId }] = await Promise.all([
    connection.send('Target.createTarget', {
      url: 'about:blank',
      browserContextId,
      width: 1280,
      height: 800,
    }),
    connection.send('Browser.setDownloadBehavior', { behavior: 'deny', browserContextId }),
    // To grant none is to deny all.
    connection.send('Browser.grantPermissions', { permissions: [], browserContextId }),
  ]);
  const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true });
  const session = connection.session(sessionId);
  const timerName = `t${randomBytes(6).toString('hex')}`;
  await prepare(session, timerName);
  const children: Session[] = [];
  return {
    session,
    root: connection,
    contextId: browserContextId,
    targetId,
    timerName,
    child: (childId) => {
      const child = connection.session(childId);
      children.push(child);
      return child;
    },
    close: async () => {
      for (const one of [session, ...children]) one.detach();
      await connection.send('Target.disposeBrowserContext', { browserContextId });
    },
  };
}

async function prepare(session: Session, timerName: string): Promise<void> {
  const timers = { name: timerName, longestMs: LONGEST_TIMER_MS };
  await Promise.all([
    session.send('Page.enable'),
    session.send('Network.enable', { maxTotalBufferSize: 1, maxResourceBufferSize: 1 }),
    session.send('Inspector.enable'),
    session.send('Network.setBypassServiceWorker', { bypass: true }),
    // workers are threads that no other event tells of
    session.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: true,
      filter: [{ type: 'worker' }],
    }),
    session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: callInPage(watchMutations, [], undefined),
      worldName: WORLD,
    }),
    session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: callInPage(watchTimers, [], timers),
    }),
  ]);
}
