/** Everything about manifests that other folders use. */
export {
  type ConfigMapDocument,
  isRecord,
  kindOf,
  MANIFEST_KINDS,
  type ManifestKind,
  type ManifestObject,
  type ManifestValue,
  type SecretDocument,
} from './documents.ts';
export { portable } from './portable.ts';
export { ManifestError, type ParsedDocument, parseManifests } from './parse.ts';
export type { Problem } from './problem.ts';
export { checkSemantics } from './semantics.ts';
export { type ManifestResult, validateManifest } from './validate.ts';
