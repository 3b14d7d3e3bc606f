/** The kinds that the operator reads and writes, as the API server addresses them. */
import { defineResource, type KubeObject } from '../../services/core/kube/types.ts';

export {
  MONITOR_JOBS,
  MONITOR_PLATFORMS,
  NOTIFICATION_CHANNELS,
  WORKER_POOLS,
} from '../../services/core/kube/kinds.ts';

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const CONFIG_MAPS = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
});

/** Index by which objects of one namespace are found. */
export const BY_NAMESPACE = 'namespace';
