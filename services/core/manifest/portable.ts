/** Objects as they are kept in files. */
import { isRecord, type ManifestValue } from './documents.ts';

/** Written by duckmon on what comes from a file; in another file it would mean nothing. */
const MANAGED_BY = 'mon.duckerhub.com/managed-by';

/** A copy without the parts that the server writes, as `apply` and `import` take it again. */
export function portable(object: ManifestValue): ManifestValue {
  const { apiVersion, kind, metadata, status: _status, ...rest } = object;
  const { name, labels, annotations } = isRecord(metadata) ? metadata : {};
  const kept = Object.entries(isRecord(annotations) ? annotations : {}).filter(
    ([key]) => key !== MANAGED_BY,
  );
  const own = {
    name,
    ...(labels === undefined ? {} : { labels }),
    ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
  };
  return { apiVersion, kind, metadata: own, ...rest };
}
