/** What every command gets. */
import { type Client, createClient } from '../client.ts';
import { type CliIo, complain } from '../io.ts';
import { findTarget, isLoopback, type TargetOptions } from '../target.ts';

export interface Context {
  readonly io: CliIo;
  readonly options: TargetOptions;
  /** The API's client, made when it is first needed: some commands work without an API. */
  readonly client: () => Client;
}

export function createContext(io: CliIo, options: TargetOptions): Context {
  let client: Client | undefined;
  return {
    io,
    options,
    client: () => (client ??= connect(io, options)),
  };
}

function connect(io: CliIo, options: TargetOptions): Client {
  const target = findTarget(io, options);
  const url = new URL(target.url);
  if (target.token !== undefined && url.protocol === 'http:' && !isLoopback(url))
    complain(io, `warning: the token goes unencrypted to ${url.host}; use https`);
  return createClient(target, io.fetch);
}

/** The address of one object below a list, with the name made safe. */
export const itemPath = (path: string, name: string): string =>
  `${path}/${encodeURIComponent(name)}`;
