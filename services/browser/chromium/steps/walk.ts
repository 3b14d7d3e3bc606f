/** Leads a tab through the steps of its source; signs in where no kept session does. */
import { z } from 'zod';
import {
  MOST_ELEMENTS,
  MOST_SELECTOR,
  pictureElement,
  type FetchRequest,
  type PictureElement,
  type WordBox,
} from '../../../core/contracts/browser.ts';
import { FetchFailure } from '../../failure.ts';
import { showsLogin } from '../../secrets.ts';
import { orAborted } from '../abort.ts';
import { boxesOn, measure, windowOf } from '../boxes.ts';
import { ownFrames, worldOf } from '../frames.ts';
import type { PageAnswer } from '../inPage/extract.ts';
import { elementFunctions, listElements } from '../inPage/elements.ts';
import { callInPage } from '../inPage/script.ts';
import { shownWords } from '../inPage/storage.ts';
import { look } from '../look.ts';
import { arrive } from '../navigate.ts';
import { shoot } from '../read.ts';
import { ownWorld } from '../settle.ts';
import type { Tab } from '../tab.ts';
import { planSteps } from './plan.ts';
import { runSteps, type Walk } from './run.ts';
import { forgetSession, type KeptSession } from './session.ts';

/** Whether a page of these steps is no page without them. */
export const needsSteps = ({ source, session }: FetchRequest): boolean =>
  (source.steps ?? []).length > 0 || session?.persist === true;

/**
 * Runs the steps from the page that was opened. A kept session stands for the login, until the page looks
 * logged out: then it is signed in once.
 * @throws FetchFailure; ProtocolError; the signal's reason.
 */
export async function walkSteps(
  walk: Walk,
  kept: KeptSession | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { source, session } = walk.request;
  const { login, others } = planSteps(source.steps ?? [], session?.persist === true);
  if (login.length === 0 && others.length === 0) return;
  await orAborted(
    walk.tab.session.send('Emulation.setFocusEmulationEnabled', { enabled: true }),
    signal,
  );
  // answers a consent wall, which would lie over what the steps are about
  const { answer } = await look({ ...walk, request: bare(walk.request) }, signal);
  if (login.length > 0 && (!kept || looksLoggedOut(walk, answer))) {
    if (kept) {
      await orAborted(forgetSession(walk.tab, kept), signal);
      await reopen(walk, signal);
    }
    await runSteps(walk, login, signal);
    await reopen(walk, signal);
  }
  await runSteps(walk, others, signal);
}

/** A request that asks for nothing in the page. */
const bare = (request: FetchRequest): FetchRequest => ({
  ...request,
  source: { ...request.source, select: undefined, waitFor: undefined, values: [] },
});

async function reopen({ tab, traffic, request }: Walk, signal: AbortSignal): Promise<void> {
  traffic.onward();
  const arrival = await arrive(tab, traffic, request.source.url, signal);
  if (arrival.kind === 'useHttp')
    throw new FetchFailure('unsupportedContent', 'After the login the address gives no web page.');
}

/**
 * Refuses a page that asks to sign in although the login was done.
 * @throws FetchFailure `loggedOut`
 */
export function refuseLoggedOut(walk: Walk, answer: PageAnswer): void {
  const isLogin = (walk.request.source.steps ?? []).some(({ kind }) => kind === 'typeSecret');
  if (isLogin && looksLoggedOut(walk, answer))
    throw new FetchFailure(
      'loggedOut',
      'The page asks to sign in although the login was done; correct the login Secret or the steps.',
    );
}

/** The monitor's own sign counts alone where it has one: some pages have a login form for everybody. */
function looksLoggedOut({ request, traffic }: Walk, { signs }: PageAnswer): boolean {
  const wanted = request.source.loggedOutSelector === undefined ? 'loginForm' : 'loggedOutSelector';
  return traffic.document()?.status === 401 || signs.some(({ kind }) => kind === wanted);
}

/** Characters of a frame that are looked at. */
const MOST_WORDS = 1_000_000;

type Picture = Awaited<ReturnType<typeof shoot>>;

interface Pictured {
  readonly screenshot?: Picture;
  readonly elements?: PictureElement[];
  readonly boxes?: WordBox[];
  readonly warnings: readonly string[];
}

const LEFT_OUT = 'The screenshot was left out: the page shows something of the login.';

/** The screenshot that was asked for, unless it would show the login. @throws ProtocolError */
export async function picture(walk: Walk, signal: AbortSignal): Promise<Pictured> {
  const { request, tab, caps, login } = walk;
  if (!request.screenshot) return { warnings: [] };
  if (await orAborted(picturesLogin(tab, login.secrets()), signal)) return { warnings: [LEFT_OUT] };
  const elements = request.elements
    ? { elements: await orAborted(listedElements(walk), signal) }
    : {};
  const measured =
    request.boxes && (await orAborted(measure(tab, request.boxes, login.secrets()), signal));
  const screenshot = await orAborted(shoot(tab, caps), signal);
  const boxes = measured ? { boxes: boxesOn(measured, screenshot) } : {};
  return { screenshot, ...elements, ...boxes, warnings: [] };
}

/** What can be pointed at; nothing that names something of the login. */
async function listedElements({ tab, caps, login }: Walk): Promise<PictureElement[]> {
  const query = {
    most: MOST_ELEMENTS,
    characters: MOST_SELECTOR,
    height: caps.screenshotHeight,
    window: await windowOf(tab),
  };
  const { result } = await tab.session.send('Runtime.evaluate', {
    expression: callInPage(listElements, elementFunctions, query),
    contextId: await ownWorld(tab),
    returnByValue: true,
  });
  const found = z.array(pictureElement).safeParse(result.value);
  return (found.data ?? []).filter(
    (element) => !showsLogin(JSON.stringify(element), login.secrets()),
  );
}

async function picturesLogin(tab: Tab, secrets: readonly string[]): Promise<boolean> {
  if (secrets.length === 0) return false;
  const expression = callInPage(shownWords, [], MOST_WORDS);
  for (const frame of await ownFrames(tab)) {
    const contextId = await worldOf(frame);
    const words = { expression, contextId, returnByValue: true };
    const { result } = await frame.session.send('Runtime.evaluate', words);
    if (typeof result.value === 'string' && showsLogin(result.value, secrets)) return true;
  }
  return false;
}
