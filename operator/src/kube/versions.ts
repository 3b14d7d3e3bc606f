/** The order of resourceVersions of one kind. Pure. */

const isNumber = (version: string): boolean => /^[1-9]\d*$/.test(version);

/**
 * Whether a version came before another. The API server's are whole numbers that grow, of any length;
 * of others nothing is known.
 */
export function isOlder(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || than === undefined) return false;
  if (!isNumber(version) || !isNumber(than)) return false;
  return version.length === than.length ? version < than : version.length < than.length;
}
