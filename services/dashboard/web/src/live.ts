/** Keeps what is shown up to date by the stream of events. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { inWorkspace } from './workspace.ts';

/** Events come in bursts, of which each would ask for all that is shown. */
const GATHER_MS = 250;
const RETRY_MS = 2_000;

/**
 * Calls `onEvent` for each event, through every loss of the connection.
 * @param onRefused called when the stream is answered with an error, before it is tried again.
 * @returns closes it.
 */
function listen(address: string, onEvent: () => void, onRefused: () => void): () => void {
  let source: EventSource;
  let timer: number | undefined;
  const open = (): void => {
    source = new EventSource(address);
    source.addEventListener('message', onEvent);
    source.addEventListener('error', () => {
      // A browser tries again by itself, but for an answer that is an error: an api that starts anew.
      if (source.readyState !== EventSource.CLOSED) return;
      onRefused();
      timer = window.setTimeout(() => {
        open();
        source.addEventListener('open', onEvent, { once: true });
      }, RETRY_MS);
    });
  };
  open();
  return () => {
    source.close();
    window.clearTimeout(timer);
  };
}

/** Asks again for what is shown whenever the server says that something happened. */
export function useLiveEvents(workspace: string | null): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (workspace === null) return undefined;
    let timer: number | undefined;
    const askAgain = (): void => {
      timer = undefined;
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] !== 'me' && queryKey[0] !== 'admin',
      });
    };
    const close = listen(
      inWorkspace('/api/v1/events'),
      () => {
        timer ??= window.setTimeout(askAgain, GATHER_MS);
      },
      // The session may be over.
      () => void queries.invalidateQueries({ queryKey: ['me'] }),
    );
    return () => {
      close();
      window.clearTimeout(timer);
    };
  }, [workspace, queries]);
}
