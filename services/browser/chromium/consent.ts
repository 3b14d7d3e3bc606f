/** Answers consent walls with a refusal, by the rules of @duckduckgo/autoconsent. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { orAborted } from './abort.ts';
import { WORLD, type Tab } from './tab.ts';

/** Time for the rules to find and answer the wall. */
const CONSENT_MS = 4000;
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
 * Lets the rules run in the page, in our own world; scripts that a rule needs run in the page's.
 * @returns a warning that says what was done.
 */
export async function giveConsent(
  tab: Tab,
  contextId: number,
  signal: AbortSignal,
): Promise<string> {
  const done = Promise.withResolvers<string>();
  const { session } = tab;
  session.on('Runtime.bindingCalled', ({ name, payload }) => {
    if (name !== BINDING) return;
    const message = JSON.parse(payload) as ConsentMessage;
    if (message.type === 'eval') void evaluate(tab, contextId, message);
    else if (message.type === 'autoconsentDone')
      done.resolve(`The consent dialog was answered with a refusal (${message.cmp ?? 'unknown'}).`);
    else if (message.type === 'optOutResult' && message.result !== true)
      done.resolve('The consent dialog could not be answered.');
  });
  await orAborted(
    session.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD }),
    signal,
  );
  await orAborted(
    session.send('Runtime.evaluate', { expression: consentScript(), contextId }),
    signal,
  );
  const late = AbortSignal.any([signal, AbortSignal.timeout(CONSENT_MS)]);
  try {
    return await orAborted(done.promise, late);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return 'No rule knows the consent dialog of the page.';
    throw error;
  }
}

/** Runs a rule's own script in the page's world and hands the answer back. */
async function evaluate(
  { session }: Tab,
  contextId: number,
  message: ConsentMessage,
): Promise<void> {
  try {
    const { result } = await session.send('Runtime.evaluate', {
      expression: message.code ?? '',
      awaitPromise: true,
      returnByValue: true,
    });
    await session.send('Runtime.evaluate', {
      expression: receive({ type: 'evalResp', id: message.id, result: result.value ?? false }),
      contextId,
    });
  } catch {
    // The page went on; the wait for the rules ends by its time.
  }
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
