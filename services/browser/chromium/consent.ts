/** Answers consent walls with a refusal, by the rules of @duckduckgo/autoconsent. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { orAborted } from './abort.ts';
import { ProtocolError, type Session } from './connection.ts';
import { innerFrames, worldOf, type Frame } from './frames.ts';
import { callInPage } from './inPage/script.ts';
import { isConsentFrame, signFunctions } from './inPage/signs.ts';
import { WORLD, type Tab } from './tab.ts';

/** Time for the rules to find and answer the wall. */
const CONSENT_MS = 4000;
/** Time to look which frames are dialogs. */
const FIND_MS = 1000;
/** Frames of a page that are looked at. */
const MAX_FRAMES = 20;
const BINDING = 'duckmonConsent';

/** What the script in the page tells; the other kinds do not matter here. */
interface ConsentMessage {
  readonly type: string;
  readonly id?: string;
  readonly code?: string;
  readonly result?: boolean;
  readonly cmp?: string;
}

/**
 * The frames inside of a page that are consent dialogs.
 * @param least square pixels of a dialog.
 */
export async function consentFrames(
  tab: Tab,
  least: number,
  signal: AbortSignal,
): Promise<Frame[]> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(FIND_MS)]);
  try {
    const frames = await orAborted(innerFrames(tab), late);
    const asked = frames.slice(0, MAX_FRAMES).map((frame) => isConsent(frame, least));
    const found = await orAborted(Promise.all(asked), late);
    return frames.filter((_frame, index) => found[index]);
  } catch (error) {
    signal.throwIfAborted();
    // a frame that does not answer, or a page that went on: nothing is lost but the answer
    if (late.aborted || error instanceof ProtocolError) return [];
    throw error;
  }
}

/** A frame that is gone, or never answers, is none. */
async function isConsent(frame: Frame, least: number): Promise<boolean> {
  try {
    const contextId = await worldOf(frame);
    const expression = callInPage(isConsentFrame, signFunctions as never, least);
    const answer = { expression, contextId, returnByValue: true, timeout: FIND_MS };
    return (await frame.session.send('Runtime.evaluate', answer)).result.value === true;
  } catch {
    return false;
  }
}

/**
 * Lets the rules run in the frames, in our own world; scripts that a rule needs run in the page's.
 * @returns a warning that says what was done.
 */
export async function giveConsent(frames: readonly Frame[], signal: AbortSignal): Promise<string> {
  const done = Promise.withResolvers<string>();
  const found = new Set<Frame>();
  const failed = new Set<Frame>();
  const hear = (frame: Frame, message: ConsentMessage): void => {
    if (message.type === 'cmpDetected') found.add(frame);
    else if (message.type === 'autoconsentDone')
      done.resolve(`The consent dialog was answered with a refusal (${message.cmp ?? 'unknown'}).`);
    else if (message.type === 'optOutResult' && message.result !== true) {
      failed.add(frame);
      // the dialog of another frame may still be answered
      if ([...found].every((one) => failed.has(one)))
        done.resolve('The consent dialog could not be answered.');
    }
  };
  const late = AbortSignal.any([signal, AbortSignal.timeout(CONSENT_MS)]);
  try {
    await orAborted(Promise.all(frames.map((frame) => startRules(frame, hear))), late);
    return await orAborted(done.promise, late);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return 'No rule knows the consent dialog of the page.';
    throw error;
  }
}

/** Runs the rules in a frame and hands on what they tell. */
async function startRules(
  frame: Frame,
  hear: (frame: Frame, message: ConsentMessage) => void,
): Promise<void> {
  const { session } = frame;
  const contextId = await worldOf(frame);
  session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    if (name !== BINDING || executionContextId !== contextId) return;
    const message = JSON.parse(payload) as ConsentMessage;
    if (message.type === 'eval') void evaluate(frame, contextId, message);
    else hear(frame, message);
  });
  await session.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD });
  await session.send('Runtime.evaluate', { expression: consentScript(), contextId });
}

/** Runs a rule's own script in the page's world and hands the answer back. */
async function evaluate(
  { session, isOutermost }: Frame,
  contextId: number,
  message: ConsentMessage,
): Promise<void> {
  try {
    // the page's world of a frame that shares its process with another cannot be named
    const value = isOutermost ? await valueOf(session, message.code ?? '') : false;
    await session.send('Runtime.evaluate', {
      expression: receive({ type: 'evalResp', id: message.id, result: value ?? false }),
      contextId,
    });
  } catch {
    // The page went on; the wait for the rules ends by its time.
  }
}

async function valueOf(session: Session, expression: string): Promise<unknown> {
  const { result } = await session.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  return result.value;
}

const receive = (message: unknown): string =>
  `globalThis.autoconsentReceiveMessage(${JSON.stringify(message)})`;

const CONFIG = {
  enabled: true,
  autoAction: 'optOut',
  disabledCmps: [],
  enablePrehide: false,
  enableCosmeticRules: true,
  enableGeneratedRules: true,
  enableHeuristicDetection: true,
  heuristicMode: 'reject',
  enablePopupMutationObserver: false,
  heuristicPopupSearchTimeout: 100,
  detectRetries: 5,
  isMainWorld: false,
  prehideTimeout: 2000,
  visualTest: false,
  performanceLoggingEnabled: false,
  logs: {},
};

let script: string | undefined;

/** The library's content script with all its rules: read once, when the first wall comes. */
function consentScript(): string {
  if (script !== undefined) return script;
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('@duckduckgo/autoconsent'));
  const library = readFileSync(path.join(folder, 'autoconsent.playwright.js'), 'utf8');
  const compact: unknown = require('@duckduckgo/autoconsent/rules/compact-rules.json');
  const answer = { type: 'initResp', config: CONFIG, rules: { autoconsent: [], compact } };
  script = `globalThis.autoconsentSendMessage = async (message) => {
    if (message.type === 'init') setTimeout(() => ${receive(answer)}, 0);
    else globalThis.${BINDING}(JSON.stringify(message));
  };
  ${library}`;
  return script;
}
