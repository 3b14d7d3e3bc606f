/** Runs a program in a pod over the exec protocol of the Kubernetes API, and passes on what it writes. */
import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export type ExecOutcome =
  | { readonly kind: 'exited'; readonly code: number }
  /** The API server let nobody in, with this status. */
  | { readonly kind: 'refused'; readonly status: number }
  /** The program was not run at all: no connection, no such program. */
  | { readonly kind: 'notRun'; readonly why: string }
  /** The connection ended before the program said how it ended. */
  | { readonly kind: 'broken' };

export type Exec = (request: ExecRequest) => Promise<ExecOutcome>;

/** What the API server says at the end. */
export interface ExecStatus {
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { reason?: string; message?: string }[] };
}

/** How the program ended. */
export function outcomeOf({ status, reason, message, details }: ExecStatus): ExecOutcome {
  if (status === 'Success') return { kind: 'exited', code: 0 };
  const cause = details?.causes?.find((one) => one.reason === 'ExitCode')?.message;
  if (reason === 'NonZeroExitCode' && cause !== undefined && /^\d{1,3}$/.test(cause))
    return { kind: 'exited', code: Number(cause) };
  return { kind: 'notRun', why: message ?? reason ?? 'no explanation' };
}

/** The client tells the status of a handshake that failed in its text alone. */
export function refusalOf(message: string): ExecOutcome {
  const status = /server response: (\d{3})/.exec(message)?.[1];
  return status === undefined
    ? { kind: 'notRun', why: message }
    : { kind: 'refused', status: Number(status) };
}

/** Bytes as text, also where a chunk ends within a character. */
function textTo(write: (text: string) => void): Writable {
  const decoder = new StringDecoder('utf8');
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      write(decoder.write(chunk));
      done();
    },
  });
}

/**
 * Over WebSocket, with the credentials of a kubeconfig. Imports client-node only now: it costs 150 MB.
 * @param file the kubeconfig; absent inside a pod.
 */
export const createExec =
  (file: string | undefined): Exec =>
  async ({ namespace, pod, container, command, out, err }) => {
    const { Exec: Client, KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    if (file === undefined) config.loadFromCluster();
    else config.loadFromFile(file);
    const { promise, resolve } = Promise.withResolvers<ExecOutcome>();
    const streams = [textTo(out), textTo(err)] as const;
    try {
      const socket = await new Client(config).exec(
        namespace,
        pod,
        container,
        [...command],
        ...streams,
        null,
        false,
        (status) => resolve(outcomeOf(status)),
      );
      socket.addEventListener('close', () => resolve({ kind: 'broken' }));
    } catch (error) {
      resolve(refusalOf((error as { readonly message?: string }).message ?? String(error)));
    }
    return promise;
  };
