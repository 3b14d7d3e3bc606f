/** What holds for whoever calls a service by its name: the tests of each caller. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServiceName } from '../../contracts/ports.ts';
import type { TestKeys } from '../../testing/keys.ts';
import type { Resolve } from '../addresses.ts';
import { replay, startReplicas, type Replicas, type Reply } from './replicas.ts';

/** A client of the service, and one call with it. */
export interface ByName {
  readonly call: () => Promise<unknown>;
  readonly close: () => Promise<unknown>;
}

export interface ByNameOptions {
  readonly service: ServiceName;
  readonly keys: TestKeys;
  /**
   * Makes the client as the caller does; a name of `url` is looked up by `resolve`.
   * @param tokensFolder where the tokens of its account are
   */
  readonly open: (url: string, resolve: Resolve, tokensFolder: string) => ByName;
  /** `{}` when absent. */
  readonly reply?: Reply;
}

/** Inside of a `describe` that names the calls. */
export function itCallsByName({ service, keys, open, reply }: ByNameOptions): void {
  const name = `${service}.test`;
  let replicas: Replicas;
  let opened: ByName | undefined;
  let tokensFolder: string;
  beforeEach(async () => {
    tokensFolder = mkdtempSync(path.join(tmpdir(), 'duckmon-by-name-'));
    writeFileSync(path.join(tokensFolder, service), 'a.good.token');
    replicas = await startReplicas(service, keys);
    if (reply) for (const each of replicas.all) each.reply(reply);
  });
  afterEach(async () => {
    await opened?.close();
    await replicas.stop();
    rmSync(tokensFolder, { recursive: true });
  });
  const call = async (host: string, times = 1): Promise<void> => {
    const resolve = async (asked: string): Promise<readonly string[]> => {
      assert.equal(asked, name);
      return replicas.all.map(({ address }) => address);
    };
    opened = open(`http://${host}:${replicas.port}`, resolve, tokensFolder);
    for (let at = 0; at < times; at += 1) await opened.call();
  };

  it('go to each replica behind the name of its Service, signed for its address', async () => {
    await call(name, 2);
    assert.deepEqual(replicas.counts(), [1, 1]);
  });

  it('go to another replica when one is gone', async () => {
    await replicas.all[0]?.stop();
    await call(name, 2);
    assert.deepEqual(replicas.counts(), [0, 2]);
  });

  it('go to the one address that the URL has', async () => {
    await call('127.0.0.3', 2);
    assert.deepEqual(replicas.counts(), [0, 2]);
  });

  it('B9 show the token of their account for the service', async () => {
    await call(name);
    assert.equal(replicas.all[0]?.requests[0]?.headers['authorization'], 'Bearer a.good.token');
  });

  it('B6 hold at no other replica than the one that they were signed for', async () => {
    await call(name);
    const [one, two] = replicas.all;
    assert.ok(one?.requests[0] && two);
    assert.equal(await replay(one.requests[0], two), 401);
    assert.deepEqual(replicas.counts(), [1, 0]);
  });
}
