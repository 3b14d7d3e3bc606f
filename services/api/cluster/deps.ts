/** What writing into a cluster needs. */
import type { Transport } from '../../core/kube/transport.ts';
import type { ObjectWriter, WriterDeps } from '../writer.ts';
import type { Homes } from './homes.ts';
import type { MayWrite } from './mayWrite.ts';

export interface ClusterDeps extends WriterDeps {
  readonly kube: Pick<Transport, 'get' | 'apply' | 'mergePatch' | 'create' | 'delete'>;
  readonly mayWrite: MayWrite;
  readonly homes: Homes;
  /** For what was made in local mode and is in no cluster. */
  readonly store: ObjectWriter;
}
