/** A DevTools connection over a pair of pipes: JSON messages, each ended by a NUL byte. */
import type { Readable, Writable } from 'node:stream';
import type { CommandName, Commands, EventName, Events, Nothing } from './protocol.ts';

/** The browser refused a command, or went away before it answered. */
export class ProtocolError extends Error {
  readonly closed: boolean;
  constructor(message: string, closed = false) {
    super(message);
    this.name = 'ProtocolError';
    this.closed = closed;
  }
}

/** Sends commands to one target and hears its events. */
export interface Session {
  /** @throws ProtocolError */
  send<C extends CommandName>(
    command: C,
    ...params: Commands[C]['params'] extends Nothing ? [] : [Commands[C]['params']]
  ): Promise<Commands[C]['result']>;
  on<E extends EventName>(event: E, listener: (content: Events[E]) => void): void;
  /** Forgets all listeners; commands that are not answered yet fail. */
  detach(): void;
}

export interface Connection extends Session {
  /** The session of an attached target. */
  session(sessionId: string): Session;
  /** Messages that came so far: a browser that tells something is at work. */
  heard(): number;
  /** Called once when the pipe closes. */
  readonly closed: Promise<void>;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly sessionId: string;
  readonly command: string;
}

interface Message {
  readonly id?: number;
  readonly result?: never;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: never;
  readonly sessionId?: string;
}

type Listeners = Map<string, ((content: never) => void)[]>;

/** Speaks over the browser's pipes; `output` is what the browser reads, `input` what it writes. */
export function connect(output: Writable, input: Readable): Connection {
  const waiting = new Map<number, Waiting>();
  const sessions = new Map<string, Listeners>();
  const closed = Promise.withResolvers<void>();
  let ended = false;
  let nextId = 1;
  let heard = 0;
  let isHeld = false;
  /** What is sent in one turn goes out with one write: commands come in tens. */
  const write = (message: object): void => {
    if (!isHeld) {
      isHeld = true;
      output.cork();
      queueMicrotask(() => {
        isHeld = false;
        output.uncork();
      });
    }
    output.write(`${JSON.stringify(message)}\0`);
  };

  const end = (): void => {
    if (ended) return;
    ended = true;
    for (const { reject, command } of waiting.values())
      reject(new ProtocolError(`${command}: the browser has gone`, true));
    waiting.clear();
    closed.resolve();
  };
  const receive = (message: Message): void => {
    heard += 1;
    if (message.id === undefined) {
      const listeners = sessions.get(message.sessionId ?? '')?.get(message.method ?? '');
      for (const listener of listeners ?? []) listener(message.params as never);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) call?.reject(new ProtocolError(`${call.command}: ${message.error.message}`));
    else call?.resolve(message.result as never);
  };
  readMessages(input, receive);
  for (const stream of [input, output]) stream.on('error', end).on('close', end);

  const makeSession = (sessionId: string): Session => {
    const listeners: Listeners = new Map();
    sessions.set(sessionId, listeners);
    return {
      send: (command, ...params) => {
        if (ended)
          return Promise.reject(new ProtocolError(`${command}: the browser has gone`, true));
        const id = nextId++;
        const { promise, resolve, reject } = Promise.withResolvers<never>();
        // A caller may drop an answer that comes too late.
        promise.catch(() => {});
        waiting.set(id, { resolve, reject, sessionId, command });
        const message = {
          id,
          method: command,
          params: params[0] ?? {},
          ...(sessionId && { sessionId }),
        };
        write(message);
        return promise;
      },
      on: (event, listener) => {
        const list = listeners.get(event) ?? [];
        list.push(listener);
        listeners.set(event, list);
      },
      detach: () => {
        sessions.delete(sessionId);
        for (const [id, call] of waiting) {
          if (call.sessionId !== sessionId) continue;
          waiting.delete(id);
          call.reject(new ProtocolError(`${call.command}: the page was closed`, true));
        }
      },
    };
  };
  return { ...makeSession(''), session: makeSession, heard: () => heard, closed: closed.promise };
}

/** Splits the stream at NUL bytes; a message may come in many chunks. */
function readMessages(input: Readable, receive: (message: Message) => void): void {
  let pieces: Buffer[] = [];
  input.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      pieces.push(chunk.subarray(start, end));
      const text = (pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)).toString('utf8');
      pieces = [];
      start = end + 1;
      receive(JSON.parse(text) as Message);
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  });
}
