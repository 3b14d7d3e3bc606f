/** The ports of a new cluster. */
import { freePorts } from '../../../services/local/testing/installation.ts';
import type { Ports } from './folder.ts';

/** Those that are given, and free ones for the others. */
export async function choosePorts(given: Partial<Ports> = {}): Promise<Ports> {
  const [api = 0, etcd = 0, etcdPeer = 0] = await freePorts(3);
  return { api, etcd, etcdPeer, ...given };
}
