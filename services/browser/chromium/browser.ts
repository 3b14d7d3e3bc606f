/** One running Chromium: hands out fresh tabs and tells each what happens to it. */
import type { Caps } from '../caps.ts';
import type { Sandbox } from './flags.ts';
import { gateFrames } from './gate.ts';
import { launch, type Launched } from './launch.ts';
import type { ChromiumProgram } from './find.ts';
import { browserBytes, watchMemory } from './memory.ts';
import { openTab, type Tab } from './tab.ts';

/** What a browser tells the user of a tab. */
export interface TabEvents {
  /** The page opened another page; it is closed already. */
  popup(): void;
  /** A frame of another site got a process of its own. */
  helper(): void;
  /** The page's process died; `memory` when it grew too large. */
  crashed(why: 'memory' | 'crash'): void;
}

export interface Browser {
  readonly pid: number;
  readonly userAgent: string;
  readonly folder: string;
  /** Tabs handed out so far. */
  tabs(): number;
  /** Tabs in use now. */
  active(): number;
  /** Whether the process has ended. */
  dead(): boolean;
  /** Whether a page filled its own process; it takes no more checks. */
  filled(): boolean;
  /** Bytes that its processes hold now. */
  bytes(): Promise<number>;
  /**
   * A tab for one check; the next one is prepared meanwhile.
   * @throws ProtocolError
   */
  lease(events: TabEvents): Promise<Lease>;
  /** Ends the browser gently, or by force when it does not go. */
  close(): Promise<void>;
  /** Ends it by force, now. */
  kill(): Promise<void>;
  readonly exited: Promise<void>;
}

export interface Lease {
  readonly tab: Tab;
  /** Closes the tab; a browser that does not obey in time is killed. */
  release(): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 3000;
/**
 * A browser that does not take a page away and tells nothing for so long has hung. One that is beginning processes
 * for a hundred frames answers late but tells of them: ending it would end other pages too.
 */
const SILENT_MS = 10_000;
/** So often a busy one is given that time. */
const MOST_WAITS = 3;

export interface BrowserOptions {
  readonly sandbox?: Sandbox;
  /** How its process begins. */
  readonly start?: typeof launch | undefined;
  /** What its pages hold could not be looked at, so that none is ended for it. */
  readonly blind?: (error: unknown) => void;
}

/**
 * Starts a browser.
 * @throws SetupError when it does not start.
 */
export async function startChromium(
  program: ChromiumProgram,
  proxyServer: string,
  caps: Caps,
  { sandbox = 'Own', start = launch, blind = () => {} }: BrowserOptions,
): Promise<Browser> {
  const launched = await start(program, proxyServer, sandbox);
  const users = new Map<string, { targetId: string; events: TabEvents }>();
  const state: State = { tabs: 0, active: 0, dead: false, filled: false, killed: [] };
  void tellOfEnd(launched, users, state);
  await listen(launched, users, state);
  const stopLooking = watchMemory(launched.connection, caps, {
    tabs: () => (state.dead ? 0 : state.active),
    filled: () => (state.filled = true),
    killed: (why) => state.killed.push(why),
    blind,
  });
  let spare: Promise<Tab> | undefined;
  const nextTab = (): Promise<Tab> => {
    const tab = spare ?? openTab(launched, proxyServer);
    spare = openTab(launched, proxyServer);
    spare.catch(() => {});
    return tab;
  };
  const kill = async (): Promise<void> => {
    stopLooking();
    await launched.kill();
  };
  return {
    pid: launched.pid,
    userAgent: launched.version.userAgent,
    folder: launched.folder,
    exited: launched.exited,
    tabs: () => state.tabs,
    active: () => state.active,
    dead: () => state.dead,
    filled: () => state.filled,
    bytes: () => browserBytes(launched.connection),
    lease: async (events) => {
      state.active += 1;
      try {
        const tab = await nextTab();
        state.tabs += 1;
        users.set(tab.contextId, { targetId: tab.targetId, events });
        return { tab, release: () => release(tab, users, state, { launched, kill }) };
      } catch (error) {
        state.active -= 1;
        throw error;
      }
    },
    close: async () => {
      stopLooking();
      await withinTime(
        launched.connection.send('Browser.close').then(() => launched.exited),
        CLOSE_TIMEOUT_MS,
      );
      await kill();
    },
    kill,
  };
}

interface State {
  tabs: number;
  active: number;
  dead: boolean;
  filled: boolean;
  /** Why renderers were killed whose end is not told yet, in the order in which they were. */
  readonly killed: ('memory' | 'crash')[];
}

type Users = Map<string, { readonly targetId: string; readonly events: TabEvents }>;

async function tellOfEnd(launched: Launched, users: Users, state: State): Promise<void> {
  await launched.exited;
  state.dead = true;
  for (const { events } of users.values()) events.crashed('crash');
  // one that died by itself leaves children and a folder
  await launched.kill();
}

async function listen({ connection }: Launched, users: Users, state: State): Promise<void> {
  connection.on('Target.targetCreated', ({ targetInfo }) => {
    const user = users.get(targetInfo.browserContextId ?? '');
    if (!user || targetInfo.targetId === user.targetId) return;
    if (targetInfo.type === 'iframe') user.events.helper();
    if (targetInfo.type !== 'page') return;
    connection.send('Target.closeTarget', { targetId: targetInfo.targetId }).catch(() => {});
    user.events.popup();
  });
  connection.on('Target.targetCrashed', ({ targetId, status }) => {
    const user = [...users.values()].find((candidate) => candidate.targetId === targetId);
    const why = state.killed.shift() ?? (status === 'oom' ? 'memory' : 'crash');
    user?.events.crashed(why);
  });
  await connection.send('Target.setDiscoverTargets', { discover: true });
  const isPage = (frameId: string): boolean =>
    [...users.values()].some(({ targetId }) => targetId === frameId);
  await gateFrames(connection, isPage);
}

async function release(
  tab: Tab,
  users: Users,
  state: State,
  { launched, kill }: { readonly launched: Launched; readonly kill: () => Promise<void> },
): Promise<void> {
  users.delete(tab.contextId);
  state.active -= 1;
  if (state.dead) return;
  const closing = tab.close();
  for (let left = MOST_WAITS; left > 0; left -= 1) {
    const before = launched.connection.heard();
    const end = await withinTime(closing, SILENT_MS);
    if (end === 'done') return;
    if (end === 'failed' || launched.connection.heard() === before) break;
  }
  await kill();
}

/** How something ended; `late` when it did not in time. */
async function withinTime(work: Promise<unknown>, ms: number): Promise<'done' | 'failed' | 'late'> {
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), ms);
  const done = work.then(
    () => 'done' as const,
    () => 'failed' as const,
  );
  const end = await Promise.race([done, late.promise]);
  clearTimeout(timer);
  return end;
}
