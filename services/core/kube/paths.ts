/** Addresses of the Kubernetes API. */
import type { ObjectRef, Resource } from './types.ts';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** All objects of a kind, of one namespace when it is given. */
export function collectionPath(resource: Resource, namespace?: string, query: Query = {}): string {
  const { group, version, plural } = resource;
  const parts = group === '' ? ['api', version] : ['apis', group, version];
  if (namespace !== undefined) parts.push('namespaces', segment(namespace, 'namespace', resource));
  return `/${[...parts, plural].join('/')}${queryOf(query)}`;
}

/** One object. An empty name would address, and for DELETE remove, the whole collection: refused. */
export function objectPath(
  resource: Resource,
  { namespace, name }: ObjectRef,
  subresource?: string,
  query: Query = {},
): string {
  if (resource.namespaced && namespace === undefined)
    throw new Error(`${resource.plural} "${name}" needs a namespace.`);
  const collection = collectionPath(resource, resource.namespaced ? namespace : undefined);
  const tail = subresource === undefined ? '' : `/${subresource}`;
  return `${collection}/${segment(name, 'name', resource)}${tail}${queryOf(query)}`;
}

/** Names that the API server refuses too, before they can change the path. */
function segment(text: string, what: string, { plural }: Resource): string {
  if (text === '' || text === '.' || text === '..' || /[/%]/.test(text))
    throw new Error(`"${text}" cannot be the ${what} in a path of ${plural}.`);
  return encodeURIComponent(text);
}

function queryOf(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
