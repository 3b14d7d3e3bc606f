/** Kubeconfigs that lead through a proxy of this machine. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { startFaultProxy, type FaultProxy } from '../kube/testing/faultProxy.ts';

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { server: string } }[];
}

const read = (file: string): Kubeconfig => parse(readFileSync(file, 'utf8')) as Kubeconfig;

export interface Through {
  readonly file: string;
  readonly remove: () => void;
}

/** The port of the API server of a kubeconfig. */
export const serverPort = (kubeconfig: string): number =>
  Number(new URL(read(kubeconfig).clusters[0]?.cluster.server ?? '').port);

/** A copy of a kubeconfig that leads to another port of this machine. */
export function kubeconfigThrough(kubeconfig: string, port: number): Through {
  const config = read(kubeconfig);
  for (const { cluster } of config.clusters) {
    const server = new URL(cluster.server);
    server.hostname = '127.0.0.1';
    server.port = String(port);
    cluster.server = server.href;
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-through-'));
  const file = path.join(folder, 'kubeconfig');
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What a test with a bad network works through. */
export interface BadNetwork {
  readonly proxy: FaultProxy;
  /** A kubeconfig that leads through the proxy. */
  readonly kubeconfig: string;
}

/** A proxy of its own for each test, before the API server of this kubeconfig. */
export function useBadNetwork(kubeconfig: () => string): () => BadNetwork {
  let network: (BadNetwork & { readonly through: Through }) | undefined;
  beforeEach(async () => {
    const proxy = await startFaultProxy(serverPort(kubeconfig()));
    const through = kubeconfigThrough(kubeconfig(), proxy.port);
    network = { proxy, through, kubeconfig: through.file };
  });
  afterEach(async () => {
    await network?.proxy.stop();
    network?.through.remove();
    network = undefined;
  });
  return () => {
    if (!network) throw new Error('There is a network during a test only.');
    return network;
  };
}
