/** Lets frames begin their processes one after the other, so that a page with too many ends at its cap. */
import { ProtocolError, type Connection } from './connection.ts';

type Browser = Pick<Connection, 'send' | 'on'>;

/**
 * Holds the answer to each document of a frame until the ones before it have their processes, of which the
 * browser has told by then: whoever counts them can end the page before the next. A frame's process begins with
 * the answer (`flags.ts`).
 * @param isPage whether a frame is the page of a tab, which waits for none.
 * @throws ProtocolError when the browser does not let itself be asked.
 */
export async function gateFrames(
  connection: Browser,
  isPage: (frameId: string) => boolean,
): Promise<void> {
  const waiting: string[] = [];
  let isOpening = false;
  const openAll = async (): Promise<void> => {
    if (isOpening) return;
    isOpening = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await letIn(connection, next);
      await told(connection);
    }
    isOpening = false;
  };
  connection.on('Fetch.requestPaused', ({ requestId, frameId }) => {
    if (isPage(frameId)) {
      void letIn(connection, requestId);
      return;
    }
    waiting.push(requestId);
    void openAll();
  });
  await connection.send('Fetch.enable', {
    handleAuthRequests: false,
    patterns: [{ urlPattern: '*', resourceType: 'Document', requestStage: 'Response' }],
  });
}

const letIn = (connection: Browser, requestId: string): Promise<unknown> =>
  connection.send('Fetch.continueRequest', { requestId }).catch(passGone);

/** Resolves when everything that the browser did before has been told. */
const told = (connection: Browser): Promise<unknown> =>
  connection.send('Browser.getVersion').catch(passGone);

/** The page may have gone with its request, and the browser with both: then nothing is left to be let in. */
function passGone(error: unknown): void {
  if (!(error instanceof ProtocolError)) throw error;
}
