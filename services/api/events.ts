/** Live events: what the store notifies, streamed to the browsers of its workspace (SSE). */
import type { Response } from 'express';
import { HttpError } from '../core/errors.ts';
import type { StoreEvent } from '../store/events.ts';

export interface EventHub {
  /** Hands an event to the streams of its workspace. */
  publish(event: StoreEvent): void;
  /** Tells every stream that events may have been missed. */
  publishGap(): void;
  /**
   * Answers with a stream that ends with the connection.
   * @param stands whether the caller may go on; asked every few seconds.
   * @param goesOn the caller had a stream before (it sent Last-Event-ID), and may have missed events.
   */
  stream(
    workspace: string,
    response: Response,
    stands: () => Promise<boolean>,
    goesOn?: boolean,
  ): void;
  /** Streams that are open. */
  readonly open: number;
  close(): void;
}

interface Stream {
  readonly workspace: string;
  readonly response: Response;
  readonly stands: () => Promise<boolean>;
  /** When the caller was last known to stand. */
  sureAt: number;
  isAsking: boolean;
}

export interface HubTimes {
  readonly heartbeatMs: number;
  /** How often callers are looked at again: well within the five seconds of a revocation. */
  readonly askEveryMs: number;
  /** How long a stream outlives the database, in which alone stands who may go on. */
  readonly unsureForMs: number;
}

const TIMES: HubTimes = { heartbeatMs: 25_000, askEveryMs: 2_500, unsureForMs: 20_000 };

/** Slow readers are cut, not buffered for: they look again when they reconnect. */
const MAX_BUFFERED = 256 * 1024;

const frame = (event: StoreEvent): string => {
  const { workspace: _workspace, ...shown } = event;
  return `data: ${JSON.stringify(shown)}\n\n`;
};

/**
 * Events are hints to look again and nobody keeps them, so what was missed is told as one gap,
 * whichever process the stream is opened at. Browsers send Last-Event-ID only after they had an id.
 */
const GAP = 'data: {"kind":"gap"}\n\n';
const BEGINNING = 'retry: 2000\nid: 0\n\n';
/** An event, as a browser tells a page nothing of a comment. */
const BEAT = 'event: beat\ndata: {}\n\n';

/** Cuts the stream of a caller who would not be let in any more, or of whom nobody could say for long. */
async function lookAgain(stream: Stream, unsureForMs: number): Promise<void> {
  if (performance.now() - stream.sureAt > unsureForMs) {
    stream.response.destroy();
    return;
  }
  if (stream.isAsking) return;
  stream.isAsking = true;
  const answer = await stream.stands().catch(whatItSays);
  stream.isAsking = false;
  if (answer === false) stream.response.destroy();
  if (answer === true) stream.sureAt = performance.now();
}

/** @returns undefined for trouble of our own, which says nothing about the caller. */
const whatItSays = (error: unknown): false | undefined =>
  error instanceof HttpError && error.status < 500 ? false : undefined;

/** Streams that end by themselves when their caller is shut out. */
export function createEventHub({ heartbeatMs, askEveryMs, unsureForMs } = TIMES): EventHub {
  const streams = new Set<Stream>();
  const write = (stream: Stream, text: string): void => {
    if (stream.response.writableLength > MAX_BUFFERED) stream.response.destroy();
    else stream.response.write(text);
  };
  const timers = [
    setInterval(() => streams.forEach((stream) => write(stream, BEAT)), heartbeatMs),
    setInterval(() => streams.forEach((stream) => void lookAgain(stream, unsureForMs)), askEveryMs),
  ];
  timers.forEach((timer) => timer.unref());
  return {
    publish: (event) => {
      const text = frame(event);
      for (const stream of streams) if (stream.workspace === event.workspace) write(stream, text);
    },
    publishGap: () => streams.forEach((stream) => write(stream, GAP)),
    stream: (workspace, response, stands, goesOn = false) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      response.write(goesOn ? BEGINNING + GAP : BEGINNING);
      const sureAt = performance.now();
      const stream: Stream = { workspace, response, stands, sureAt, isAsking: false };
      streams.add(stream);
      response.once('close', () => streams.delete(stream));
    },
    get open() {
      return streams.size;
    },
    close: () => {
      timers.forEach((timer) => clearInterval(timer));
      streams.forEach(({ response }) => response.destroy());
      streams.clear();
    },
  };
}
