/** Writes the kustomize base of the services from the chart. Needs Helm, which `./scripts/cluster build` has. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MANIFEST_VALUES, platformManifest } from './lib/chart/manifests.ts';
import { root } from './lib/prepare.ts';
import { objectsOf, openHelm, type Helm } from './testing/helm/helm.ts';

export const PLATFORM_FILE = path.join(root, 'manifests', 'base', 'platform.yaml');

/** What the file must hold. */
export async function platformFile(helm: Pick<Helm, 'render'>): Promise<string> {
  const rights = path.join(root, 'manifests', 'base', 'rbac', 'operator.yaml');
  return platformManifest(
    await helm.render(MANIFEST_VALUES),
    objectsOf(readFileSync(rights, 'utf8')),
  );
}

if (import.meta.main) {
  const helm = await openHelm();
  try {
    writeFileSync(PLATFORM_FILE, await platformFile(helm));
  } finally {
    helm.remove();
  }
}
