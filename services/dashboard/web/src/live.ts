/** Keeps what is shown up to date by the stream of events. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { inWorkspace } from './workspace.ts';

/** Events come in bursts, of which each would ask for all that is shown. */
const GATHER_MS = 250;
const RETRY_MS = 2_000;
/** A stream says every 25 s that it lives. Some networks lose a connection without a word. */
const QUIET_MS = 60_000;

interface Ears {
  readonly onEvent: () => void;
  /** The stream was answered with an error; it is tried again. */
  readonly onRefused: () => void;
  readonly onLost: (isLost: boolean) => void;
}

/** Hears each event, through every loss of the connection. @returns closes it. */
function listen(address: string, { onEvent, onRefused, onLost }: Ears): () => void {
  let source: EventSource | undefined;
  let timer: number | undefined;
  let isBehind = false;
  const wait = (ms: number): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(again, ms);
  };
  const close = (): void => {
    window.clearTimeout(timer);
    source?.close();
    source = undefined;
    isBehind = true;
  };
  const open = (): void => {
    const opened = new EventSource(address);
    source = opened;
    wait(QUIET_MS);
    opened.addEventListener('beat', () => wait(QUIET_MS));
    opened.addEventListener('message', () => {
      wait(QUIET_MS);
      onEvent();
    });
    opened.addEventListener('open', () => {
      wait(QUIET_MS);
      onLost(false);
      if (isBehind) onEvent();
      isBehind = false;
    });
    opened.addEventListener('error', () => {
      isBehind = true;
      onLost(true);
      // A browser tries again by itself, but for an answer that is an error: an api that starts anew.
      if (opened.readyState !== EventSource.CLOSED) return;
      onRefused();
      wait(RETRY_MS);
    });
  };
  const again = (): void => {
    close();
    onLost(true);
    open();
  };
  // A browser has six connections to a server without HTTP/2: tabs that nobody sees leave them to the others.
  const turn = (): void => {
    if (document.hidden) close();
    else if (!source) open();
  };
  turn();
  document.addEventListener('visibilitychange', turn);
  return () => {
    document.removeEventListener('visibilitychange', turn);
    close();
  };
}

/**
 * Asks again for what is shown whenever the server says that something happened.
 * @returns whether the connection is lost, so that what is shown may be old.
 */
export function useLiveEvents(workspace: string | null): boolean {
  const queries = useQueryClient();
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    if (workspace === null) return undefined;
    let timer: number | undefined;
    const askAgain = (): void => {
      timer = undefined;
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] !== 'me' && queryKey[0] !== 'admin',
      });
    };
    const close = listen(inWorkspace('/api/v1/events'), {
      onEvent: () => {
        timer ??= window.setTimeout(askAgain, GATHER_MS);
      },
      // The session may be over.
      onRefused: () => void queries.invalidateQueries({ queryKey: ['me'] }),
      onLost: setLost,
    });
    return () => {
      close();
      window.clearTimeout(timer);
    };
  }, [workspace, queries]);
  return workspace !== null && isLost;
}
