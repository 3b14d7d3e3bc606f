/** The way from a browser to the dashboard, which a test may break. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

type State = 'whole' | 'cut' | 'swallowing';

export interface Wire {
  readonly url: string;
  leadTo(port: number): void;
  /** Ends every connection, and each that is tried. */
  cut(): void;
  /** Lets no byte through any more, and says nothing of it: the connections of then stay dead. */
  swallow(): void;
  /** Lets connections through that are made from now on. */
  mend(): void;
  /** What browsers said since it was mended last. */
  readonly said: string;
  stop(): Promise<void>;
}

export async function startWire(): Promise<Wire> {
  const sockets = new Set<Socket>();
  let state: State = 'whole';
  let target = 0;
  /** How often; connections from before are dead. */
  let swallowed = 0;
  let said = '';
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    keep(near, far);
    keep(far, near);
    const born = state === 'swallowing' ? -1 : swallowed;
    near.on('data', (bytes: Buffer) => {
      if (born !== swallowed) return;
      said += bytes.toString('latin1');
      far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => {
      if (born === swallowed) near.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (port) => {
      target = port;
    },
    cut: () => {
      state = 'cut';
      sockets.forEach((socket) => socket.destroy());
    },
    swallow: () => {
      state = 'swallowing';
      swallowed += 1;
    },
    mend: () => {
      state = 'whole';
      said = '';
    },
    get said() {
      return said;
    },
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
