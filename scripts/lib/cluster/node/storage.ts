/** The volumes of a node: folders of its own, given to whoever claims one first. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { NODE_NAME } from './addresses.ts';
import type { NodeFiles } from './configuration.ts';

/** No more claims than this are met. */
const COUNT = 6;
/** What is said of each; the disk is the machine's. */
const CAPACITY = '20Gi';
const CLASS = 'local';

/** The folder of each volume. */
export const volumeFolders = ({ volumes }: Pick<NodeFiles, 'volumes'>): string[] =>
  Array.from({ length: COUNT }, (_, index) => path.join(volumes, `volume-${index + 1}`));

/**
 * The default class of storage, and its volumes. They are local ones, since the kubelet gives their
 * files to the group that a pod names, which it does not for `hostPath`.
 */
export const storageObjects = (files: Pick<NodeFiles, 'volumes'>): object => ({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: CLASS,
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    ...volumeFolders(files).map((folder) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: path.basename(folder) },
      spec: {
        capacity: { storage: CAPACITY },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: CLASS,
        local: { path: folder },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              {
                matchExpressions: [
                  { key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] },
                ],
              },
            ],
          },
        },
      },
    })),
  ],
});

/** Makes the folders, empty. */
export function makeVolumes(files: Pick<NodeFiles, 'volumes'>): void {
  for (const folder of volumeFolders(files)) mkdirSync(folder, { recursive: true });
}
