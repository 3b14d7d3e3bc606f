/** The command line of ./scripts/cluster. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, SetupError } from '../../../services/core/errors.ts';
import { ETCD, HELM, KUBERNETES } from './versions.ts';

export const CLUSTER_HELP = `Usage: ./scripts/cluster [FLAG ...] COMMAND

A Kubernetes API server (${KUBERNETES}) with etcd and the controller manager on this machine, for tests
and for work on the operator. No root, no container engine. Nothing in it is kept: down deletes it.
With --node pods run as well; that needs Linux and root, and there is one node at a time on a machine.

  up                    start it, and wait until it answers; does nothing when it runs
  up --node             the same with a node: containerd, kubelet, scheduler, kube-proxy, CoreDNS, and
                        an agent that enforces NetworkPolicies
  load FILE ...         give the node images from OCI archives (node scripts/images.ts build makes ours)
  down                  stop it and delete its folder
  status                what runs, which version, since when
  kubeconfig            print the path of its kubeconfig
  kubectl ARGUMENT ...  kubectl on it
  helm ARGUMENT ...     helm ${HELM} on it
  build                 only make the programs that up needs (kubectl is one of them); with --node
                        those of a node too

  --state DIR           where it is kept                     (default .cache/cluster of the checkout)
  --port N              port of the API server, for up       (default: a free one)
  --etcd-port N         port of etcd, for up                 (default: a free one)
  --node                a node as well, for up and build
  --help                this text
Flags for kubectl and helm stand behind these words, our own before them. Several clusters run side by side, each with its own --state.

Where the API server comes from; the first that is there counts:
  DUCKMON_TEST_KUBECONFIG   a kubeconfig of yours: that cluster is used, nothing is started
  KUBEBUILDER_ASSETS        a folder with etcd, kube-apiserver, kubectl, and kube-controller-manager
  otherwise                 Kubernetes ${KUBERNETES} and etcd ${ETCD} are built once from their Go modules, with
                            Go of this machine or from PyPI: about 10 minutes on 2 cores, 8 GB of disk;
                            with a node (always built, whatever KUBEBUILDER_ASSETS says) 22 minutes
DUCKMON_CACHE               where built programs are kept    (default ~/.cache/duckmon)
`;

/** Commands that hand their arguments on to a program. */
const PROGRAMS = ['kubectl', 'helm'] as const;
export type PassedProgram = (typeof PROGRAMS)[number];

/** Commands without arguments. */
const PLAIN = ['down', 'status', 'kubeconfig'] as const;
type PlainKind = (typeof PLAIN)[number];

export type ClusterCommand =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'up';
      readonly state: string;
      /** Undefined takes a free one. */
      readonly port: number | undefined;
      readonly etcdPort: number | undefined;
      readonly node: boolean;
    }
  | { readonly kind: 'build'; readonly node: boolean }
  /** Absolute paths of OCI archives. */
  | { readonly kind: 'load'; readonly state: string; readonly files: readonly string[] }
  | { [Kind in PlainKind]: { readonly kind: Kind; readonly state: string } }[PlainKind]
  | {
      readonly kind: 'run';
      readonly state: string;
      readonly program: PassedProgram;
      readonly args: readonly string[];
    };

const FLAGS = {
  state: { type: 'string' },
  port: { type: 'string' },
  'etcd-port': { type: 'string' },
  node: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the command line.
 * @param defaultState the folder that counts without `--state`
 * @throws SetupError with a sentence for the person when a word or a flag is wrong.
 */
export function parseCluster(args: readonly string[], defaultState: string): ClusterCommand {
  const passed = passedProgram(args);
  const { values, positionals } = parseOwn(args.slice(0, passed?.index));
  if (values.help === true) return { kind: 'help' };
  const state = path.resolve(values.state ?? defaultState);
  const [command, ...others] = passed ? [passed.program] : positionals;
  const node = values.node === true;
  if (others.length > 0 && command !== 'load')
    throw new SetupError(`One command at a time: ${positionals.join(' ')}.`);
  const ports = { port: portOf(values, 'port'), etcdPort: portOf(values, 'etcd-port') };
  if (command === 'up') return { kind: 'up', state, ...ports, node };
  if (ports.port !== undefined || ports.etcdPort !== undefined)
    throw new SetupError('--port and --etcd-port are for up only.');
  if (command === 'build') return { kind: 'build', node };
  if (node) throw new SetupError('--node is for up and build only.');
  if (command === 'load') return { kind: 'load', state, files: archivesOf(others) };
  if (passed)
    return { kind: 'run', state, program: passed.program, args: args.slice(passed.index + 1) };
  return parsePlain(command, state);
}

function parsePlain(command: string | undefined, state: string): ClusterCommand {
  const plain = PLAIN.find((name) => name === command);
  if (plain !== undefined) return { kind: plain, state };
  throw new SetupError(
    command === undefined ? 'A command is missing.' : `There is no command ${command}.`,
  );
}

function archivesOf(files: readonly string[]): string[] {
  if (files.length > 0) return files.map((file) => path.resolve(file));
  throw new SetupError('load takes the paths of OCI archives.');
}

/** The program that the first word names, and where; all behind it is for that program. */
function passedProgram(
  args: readonly string[],
): { readonly program: PassedProgram; readonly index: number } | undefined {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: FLAGS,
  });
  const first = tokens.find(({ kind }) => kind === 'positional');
  const program = PROGRAMS.find((name) => first?.kind === 'positional' && name === first.value);
  return program === undefined || !first ? undefined : { program, index: first.index };
}

function parseOwn(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], strict: true, allowPositionals: true, options: FLAGS });
  } catch (error) {
    throw new SetupError(`${messageOf(error)}.`, { cause: error });
  }
}

function portOf(
  values: Readonly<Record<string, string | boolean | undefined>>,
  flag: 'port' | 'etcd-port',
): number | undefined {
  const text = values[flag];
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new SetupError(`--${flag}: ${text} must be a whole number, 1 to 65535.`);
}
