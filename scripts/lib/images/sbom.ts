/** What an image consists of, as a CycloneDX document. */
import type { DebianPackage } from './debian.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

/** What npm says of its packages, as far as it is read here. */
export interface Bom {
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string };
  readonly components: readonly Component[];
}

/** That document for an image: with Node and the packages of Debian, and the same on every run. */
export function imageBom(
  bom: Bom,
  nodeVersion: string,
  packages: readonly DebianPackage[],
): object {
  const { serialNumber: _serial, metadata, ...rest } = bom;
  const { timestamp: _time, ...described } = metadata;
  return {
    ...rest,
    metadata: described,
    components: [...bom.components, nodeComponent(nodeVersion), ...packages.map(debianComponent)],
  };
}

const nodeComponent = (version: string): Component => {
  const purl = `pkg:generic/node@${version}`;
  return { 'bom-ref': purl, type: 'platform', name: 'node', version, purl };
};

function debianComponent({ name, version, architecture }: DebianPackage): Component {
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { 'bom-ref': purl, type: 'library', name, version, purl };
}
