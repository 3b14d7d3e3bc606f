/** Attempts to connect, from a pod, through its proxy, or from outside of the cluster, all at the same time. */
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

/** As above, by a proxy that answers as `openProxy` does; an end without an answer ends the program. */
const PROGRAM_THROUGH = `
const { request } = require('node:http');
const { hostname, port } = new URL(process.env.EGRESS_URL);
const HEARD = { 200: 'open', 502: 'refused', 504: 'silent' };
const tries = (path) => new Promise((done) => {
  const asked = request({ hostname, port, method: 'CONNECT', path, agent: false });
  asked.once('connect', ({ statusCode }, socket) => { socket.destroy(); done([path, HEARD[statusCode]]); });
  asked.end();
});
Promise.all(process.argv.slice(1).map(tries)).then((all) => console.log(JSON.stringify(all)));
`;

/** What a pod hears through an open proxy in the place of its own. */
export async function hearThroughProxy(
  system: System,
  pod: PodPlace,
  targets: readonly string[],
): Promise<ReadonlyMap<string, Heard>> {
  const said = await runIn(system, pod, PROGRAM_THROUGH, ...targets);
  return new Map(JSON.parse(said) as [string, Heard][]);
}

/**
 * A proxy without any judgement, as a program of Node: it opens what it is asked for, by tunnel and
 * message by message. It says that it is ready to whoever asks at the port of metrics.
 */
export const OPEN_PROXY = `
const { createServer, request } = require('node:http');
const { connect } = require('node:net');
createServer((asked, answer) => {
  const { url, method, headers } = asked;
  // Services also ask the proxy itself.
  if (!URL.canParse(url)) return answer.writeHead(404).end();
  const onward = request(url, { method, headers }, (got) => {
    answer.writeHead(got.statusCode, got.headers);
    got.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  asked.pipe(onward);
})
  .on('connect', ({ url }, client) => {
    const at = url.lastIndexOf(':');
    const target = connect({ host: url.slice(0, at), port: Number(url.slice(at + 1)) });
    const fail = (status) => { target.destroy(); client.end('HTTP/1.1 ' + status + ' No\\r\\n\\r\\n'); };
    client.on('error', () => target.destroy());
    target.setTimeout(${SILENCE_MS}, () => fail(504));
    target.once('error', ({ code }) => fail(code === 'ECONNREFUSED' ? 502 : 504));
    target.once('connect', () => {
      target.setTimeout(0);
      client.write('HTTP/1.1 200 Yes\\r\\n\\r\\n');
      client.pipe(target).pipe(client);
    });
  })
  .listen(8005);
createServer((_asked, answer) => answer.end()).listen(9090);
`;
