/** The dependency rule of the architecture: who may import whom, and who may open sockets. */
import { posix } from 'node:path';
import type { Import, Source } from './source.ts';

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

const SERVICES = ['api', 'browser', 'dashboard', 'egress', 'llm', 'notification', 'scheduler'];

/**
 * What each part may import besides itself: folders, or files when they end in `.ts`; `*` stands for
 * one name. The generated types of `crds/` are the vocabulary of all.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  crds: [],
  'services/domain': ['crds/types'],
  'services/core': ['crds', 'services/domain'],
  'services/store': ['crds/types', 'services/domain', 'services/core'],
  ...Object.fromEntries(
    SERVICES.map((name) => [
      `services/${name}`,
      [
        'crds',
        'services/domain',
        'services/core',
        ...(name === 'api' || name === 'scheduler' ? ['services/store'] : []),
      ],
    ]),
  ),
  'services/cli': [
    'crds/types',
    'services/core/contracts',
    'services/core/clock.ts',
    'services/core/import',
    'services/core/kube',
    'services/core/manifest',
    'services/core/errors.ts',
    'services/domain',
  ],
  'services/local': [
    'crds',
    'services/domain',
    'services/core',
    'services/store',
    'services/*/start.ts',
    'services/*/config.ts',
  ],
  operator: ['crds/types', 'services/core', 'services/domain'],
};

/** Modules by which a program opens sockets. */
const SOCKET_MODULES = /^(?:node:)?(?:http|https|http2|net|tls|dns|dns\/promises|dgram)$|^undici$/;
/** Functions of these modules that open none. */
const HARMLESS = new Set([
  'isIP',
  'isIPv4',
  'isIPv6',
  'BlockList',
  'STATUS_CODES',
  'buildConnector',
]);

/** Who may open sockets, and why. */
const SOCKET_OWNERS: readonly (readonly [path: string, why: string])[] = [
  ['services/core', 'servers, the internal client and the egress transport'],
  ['services/egress', 'the proxy itself'],
  ['services/store', 'Postgres'],
  ['services/local', 'starts everything on loopback and serves the demo page'],
  ['services/cli/client.ts', 'calls the API'],
  ['services/cli/main.ts', "gives that client the terminal's own fetch"],
  ['services/browser/http/fetch.ts', "undici's request over the egress dispatcher"],
  ['services/notification/post.ts', "undici's client over a socket of the egress transport"],
  ['services/dashboard/web', 'runs in the browser of the user'],
  ['operator/src/kube', 'the Kubernetes API'],
  ['operator/src/controllers/monitorplatform/canaryPod.ts', "the program of the canary's pod"],
  ['scripts', 'tools of developers'],
];

/** Everything in the sources that breaks the rule. */
export function violations(
  sources: readonly Pick<Source, 'path' | 'imports' | 'globals'>[],
): Finding[] {
  return sources.flatMap((source) =>
    isTest(source.path) ? [] : [...importsOf(source), ...socketsOf(source)],
  );
}

/** Tests and their helpers may reach for whatever they test. */
const isTest = (path: string): boolean =>
  path.endsWith('.test.ts') || path.includes('/testing/') || path.startsWith('scripts/');

function importsOf({ path, imports }: Pick<Source, 'path' | 'imports'>): Finding[] {
  const part = partOf(path);
  return imports.flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return [];
    const target = posix.normalize(posix.join(posix.dirname(path), specifier));
    if (isWithin(target, part) || MAY_IMPORT[part]?.some((allowed) => isWithin(target, allowed)))
      return [];
    return [{ path, line, message: `${part} may not import ${target}` }];
  });
}

/** `services/<name>` or the first folder. */
function partOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'services' ? `${first}/${second}` : first;
}

function isWithin(path: string, folder: string): boolean {
  const pattern = folder
    .split('*')
    .map((text) => text.replaceAll(/[.\\+?^$()[\]{}|]/g, String.raw`\$&`))
    .join('[^/]+');
  return new RegExp(`^${pattern}(?:/|$)`).test(path);
}

function socketsOf({
  path,
  imports,
  globals,
}: Pick<Source, 'path' | 'imports' | 'globals'>): Finding[] {
  if (SOCKET_OWNERS.some(([owner]) => isWithin(path, owner))) return [];
  const modules = imports
    .filter((one) => SOCKET_MODULES.test(one.specifier) && opensSockets(one))
    .map(({ specifier, line }) => ({ line, what: specifier }));
  const uses = globals.map(({ name, line }) => ({ line, what: `the global ${name}` }));
  return [...modules, ...uses].map(({ line, what }) => ({
    path,
    line,
    message: `uses ${what}; open sockets only through services/core/egress/transport.ts`,
  }));
}

const opensSockets = ({ typeOnly, names }: Import): boolean =>
  !typeOnly && !(names.length > 0 && names.every((name) => HARMLESS.has(name)));
