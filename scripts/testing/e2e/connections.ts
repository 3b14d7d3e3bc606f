/** Attempts to connect, from a pod or from outside of the cluster, all at the same time. */
import { connect } from 'node:net';
import { runIn, type PodPlace } from './pods.ts';
import type { System } from './system.ts';

/** What is forbidden is dropped, so that the one who asks hears nothing. */
const SILENCE_MS = 2_000;

/** `open` and `refused` were delivered; of `silent` nothing came back. */
export type Heard = 'open' | 'refused' | 'silent';

/** As the function below, for a pod: arguments are `address:port`. */
const PROGRAM = `
const { connect } = require('node:net');
const tries = (target) => new Promise((done) => {
  const at = target.lastIndexOf(':');
  const socket = connect({ host: target.slice(0, at), port: Number(target.slice(at + 1)) });
  const end = (heard) => { socket.destroy(); done([target, heard]); };
  socket.setTimeout(${SILENCE_MS}, () => end('silent'));
  socket.once('connect', () => end('open'));
  socket.once('error', (error) => end(error.code === 'ECONNREFUSED' ? 'refused' : 'silent'));
});
Promise.all(process.argv.slice(1).map(tries)).then((all) => console.log(JSON.stringify(all)));
`;

const hear = (target: string): Promise<[string, Heard]> => {
  const { promise, resolve } = Promise.withResolvers<[string, Heard]>();
  const at = target.lastIndexOf(':');
  const socket = connect({ host: target.slice(0, at), port: Number(target.slice(at + 1)) });
  const end = (heard: Heard): void => {
    socket.destroy();
    resolve([target, heard]);
  };
  socket.setTimeout(SILENCE_MS, () => end('silent'));
  socket.once('connect', () => end('open'));
  socket.once('error', (error: NodeJS.ErrnoException) =>
    end(error.code === 'ECONNREFUSED' ? 'refused' : 'silent'),
  );
  return promise;
};

/** What this process hears, which is outside of the cluster. */
export const hearFromOutside = async (
  targets: readonly string[],
): Promise<ReadonlyMap<string, Heard>> => new Map(await Promise.all(targets.map(hear)));

/** What a pod hears. */
export async function hearFrom(
  system: System,
  pod: PodPlace,
  targets: readonly string[],
): Promise<ReadonlyMap<string, Heard>> {
  const said = await runIn(system, pod, PROGRAM, ...targets);
  return new Map(JSON.parse(said) as [string, Heard][]);
}
