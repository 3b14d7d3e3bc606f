/** The frames of a page: those that its own process shows, and those with a process of their own. */
import type { Session } from './connection.ts';
import type { FrameTree } from './protocol.ts';
import { WORLD, type Tab } from './tab.ts';

export interface Frame {
  /** The session of the process that shows it. */
  readonly session: Session;
  readonly frameId: string;
  /** Whether the session's commands without a context are about this frame. */
  readonly isOutermost: boolean;
}

/** Frames within frames that are followed into processes of their own. */
const DEPTH = 2;

export const mainFrame = ({ session, targetId }: Tab): Frame => ({
  session,
  frameId: targetId,
  isOutermost: true,
});

/** The context of our own world in a frame's current document. */
export async function worldOf({ session, frameId }: Frame): Promise<number> {
  const { executionContextId } = await session.send('Page.createIsolatedWorld', {
    frameId,
    worldName: WORLD,
  });
  return executionContextId;
}

/** The page and those of its frames that its own process shows. @throws ProtocolError */
export async function ownFrames({ session, targetId }: Tab): Promise<Frame[]> {
  const { frameTree } = await session.send('Page.getFrameTree');
  return idsOf(frameTree).map((frameId) => ({
    session,
    frameId,
    isOutermost: frameId === targetId,
  }));
}

/**
 * The frames inside of a page.
 * @throws ProtocolError
 */
export async function innerFrames(tab: Tab): Promise<Frame[]> {
  const frames = await framesBelow(tab, tab.session, DEPTH);
  return frames.filter(({ frameId }) => frameId !== tab.targetId);
}

async function framesBelow(tab: Tab, session: Session, depth: number): Promise<Frame[]> {
  const children: Session[] = [];
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'iframe') children.push(tab.child(sessionId));
  });
  // targets that are there already are told before the answer
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: true,
    filter: [{ type: 'iframe' }],
  });
  const { frameTree } = await session.send('Page.getFrameTree');
  const own = idsOf(frameTree).map((frameId, index) => ({
    session,
    frameId,
    isOutermost: index === 0,
  }));
  if (depth === 0) return own;
  const below = await Promise.all(children.map((child) => framesBelow(tab, child, depth - 1)));
  return [...own, ...below.flat()];
}

const idsOf = ({ frame, childFrames }: FrameTree): string[] => [
  frame.id,
  ...(childFrames ?? []).flatMap(idsOf),
];
