/** Live events: what the store notifies, streamed to the browsers of its workspace (SSE). */
import type { Request, Response } from 'express';
import type { StoreEvent } from '../store/events.ts';

export interface EventHub {
  /** Hands an event to the streams of its workspace. */
  publish(event: StoreEvent): void;
  /** Tells every stream that events may have been missed. */
  publishGap(): void;
  /** Answers with a stream that ends with the connection. */
  stream(workspace: string, request: Request, response: Response): void;
  /** Streams that are open. */
  readonly open: number;
  close(): void;
}

interface Stream {
  readonly workspace: string;
  readonly response: Response;
}

/** Slow readers are cut, not buffered for: they look again when they reconnect. */
const MAX_BUFFERED = 256 * 1024;
const HEARTBEAT_MS = 25_000;

const frame = (event: StoreEvent): string => {
  const { workspace: _workspace, ...shown } = event;
  return `data: ${JSON.stringify(shown)}\n\n`;
};

/** @param heartbeatMs how often a comment keeps proxies from closing the stream. */
export function createEventHub(heartbeatMs = HEARTBEAT_MS): EventHub {
  const streams = new Set<Stream>();
  const write = (stream: Stream, text: string): void => {
    if (stream.response.writableLength > MAX_BUFFERED) stream.response.destroy();
    else stream.response.write(text);
  };
  const timer = setInterval(
    () => streams.forEach((stream) => write(stream, ': still here\n\n')),
    heartbeatMs,
  );
  timer.unref();
  return {
    publish: (event) => {
      const text = frame(event);
      for (const stream of streams) if (stream.workspace === event.workspace) write(stream, text);
    },
    publishGap: () => streams.forEach((stream) => write(stream, 'data: {"kind":"gap"}\n\n')),
    stream: (workspace, _request, response) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      response.write('retry: 2000\n\n');
      const stream = { workspace, response };
      streams.add(stream);
      response.once('close', () => streams.delete(stream));
    },
    get open() {
      return streams.size;
    },
    close: () => {
      clearInterval(timer);
      streams.forEach(({ response }) => response.destroy());
      streams.clear();
    },
  };
}
