/** Connects to one address that was judged before, and makes sure it is the one. */
import { connect, type Socket } from 'node:net';
import { within } from '../core/within.ts';
import { isSameAddress } from './policy.ts';
import { Refusal } from './refusal.ts';

/** Opens a TCP connection to exactly this address; rejects with the system's error. */
export type Dial = (address: string, port: number, signal: AbortSignal) => Promise<Socket>;

/** The system's TCP, half-open allowed: a peer that has said all may still listen. */
export const dialTcp: Dial = (address, port, signal) => {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
  // Not handed to the socket: the signal is about connecting only.
  const abort = (): void =>
    void socket.destroy(Object.assign(new Error('connect timed out'), { code: 'ETIMEDOUT' }));
  signal.addEventListener('abort', abort, { once: true });
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.removeListener('error', reject);
    resolve(socket);
  });
  return promise.finally(() => signal.removeEventListener('abort', abort));
};

/** The reason of a system error. */
function reasonOf(error: unknown): Refusal {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (code === 'ECONNREFUSED') return new Refusal('connect_refused', '', error);
  if (code === 'ETIMEDOUT') return new Refusal('connect_timeout', '', error);
  if (code === 'ECONNRESET') return new Refusal('connection_reset', '', error);
  return new Refusal('connect_failed', code, error);
}

/** A dead address (IPv6 without a way out) must not use up the time of the others. */
const NEXT_ADDRESS_MS = 3000;

/**
 * Tries the addresses in turn and checks where the first connection ends up.
 * @throws Refusal of the last address that was tried.
 */
export async function dialFirst(
  dial: Dial,
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  let last: Refusal | undefined;
  for (const address of addresses) {
    if (signal.aborted) throw new Refusal('connect_timeout');
    const mine = addresses.length > 1 ? within(NEXT_ADDRESS_MS, signal) : undefined;
    try {
      return pinned(await dial(address, port, mine?.signal ?? signal), address);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      last = reasonOf(error);
    } finally {
      mine?.end();
    }
  }
  throw last ?? new Refusal('connect_failed', 'no address');
}

function pinned(socket: Socket, address: string): Socket {
  const reached = socket.remoteAddress;
  if (reached !== undefined && isSameAddress(reached, address)) return socket;
  socket.destroy();
  // Gone already, or somewhere else than it was sent.
  throw reached === undefined
    ? new Refusal('connection_reset')
    : new Refusal('not_pinned', `${reached} instead of ${address}`);
}
