/** Speaks to the proxy byte by byte. */
import { connect, type Socket } from 'node:net';

export interface RawClient {
  readonly socket: Socket;
  send(text: string): void;
  /** Everything received so far. */
  text(): string;
  /** Resolves with all that was received once it contains `part`; rejects when the end comes first. */
  until(part: string): Promise<string>;
  /** Resolves with all that was received once the proxy has closed. */
  ended(): Promise<string>;
}

export function rawClient(port: number): RawClient {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  let received = '';
  let closed = false;
  const changes = new Set<() => void>();
  const changed = (): void => changes.forEach((change) => change());
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => ((received += chunk), changed()));
  socket.on('end', () => socket.end());
  socket.on('error', () => undefined);
  socket.on('close', () => ((closed = true), changed()));
  const when = (done: () => boolean): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = (): void => {
      if (done()) resolve(received);
      else if (closed) reject(new Error(`closed after ${JSON.stringify(received)}`));
      else return;
      changes.delete(look);
    };
    changes.add(look);
    look();
    return promise;
  };
  return {
    socket,
    send: (text) => void socket.write(text, 'latin1'),
    text: () => received,
    until: (part) => when(() => received.includes(part)),
    ended: () => when(() => closed),
  };
}

/** Sends one request and gives the whole answer; the proxy must close. */
export function exchange(port: number, text: string): Promise<string> {
  const client = rawClient(port);
  client.send(text);
  return client.ended();
}

/** Sends one CONNECT; the answer's status line and headers. */
export async function connectStatus(
  port: number,
  authority: string,
  authorization?: string,
): Promise<string> {
  const client = rawClient(port);
  client.send(connectText(authority, authorization));
  const head = await client.until('\r\n\r\n');
  client.socket.destroy();
  return head;
}

export const connectText = (authority: string, authorization?: string): string =>
  `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${
    authorization ? `Proxy-Authorization: ${authorization}\r\n` : ''
  }\r\n`;

/** An absolute-form GET. */
export const getText = (url: string, authorization?: string, more = ''): string =>
  `GET ${url} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n${
    authorization ? `Proxy-Authorization: ${authorization}\r\n` : ''
  }${more}\r\n`;
