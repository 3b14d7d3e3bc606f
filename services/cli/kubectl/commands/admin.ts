/**
 * `kubectl monitor sign-in|revoke-all|disable|enable|grant-admin|revoke-admin|users|export|erase|audit`: run in a pod of the api by its own
 * entry point, so that the right to exec there is the permission.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { headsInCopy, headText } from '../../../core/contracts/auditCopy.ts';
import { defineResource, type KubeObject } from '../../../core/kube/types.ts';
import { isForbidden } from '../../../core/kube/errors.ts';
import { CliError, EXIT, type ExitCode } from '../../exit.ts';
import { nameOfCaller } from '../caller.ts';
import { COMPONENT_LABEL, type Cluster, type KubectlContext } from '../cluster.ts';
import type { ExecOutcome } from '../exec.ts';

export interface Pod extends KubeObject {
  readonly spec?: { readonly containers?: readonly { readonly name: string }[] };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export const PODS = defineResource<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
});

const CONTAINER = 'api';
const PROGRAM = ['node', 'services/api/admin/main.ts'];
const LONGEST_NAME = 500;

/** Runs the entry point with these arguments; its exit code is the command's. */
export async function runInApi(
  context: KubectlContext,
  args: readonly string[],
): Promise<ExitCode> {
  const { io } = context;
  const cluster = await context.cluster();
  const pod = await readyPod(cluster);
  const asker = (await nameOfCaller(cluster.transport))?.slice(0, LONGEST_NAME);
  const outcome = await cluster.exec({
    namespace: cluster.platform,
    pod,
    container: CONTAINER,
    command: [...PROGRAM, ...(asker === undefined ? [] : [`--asked-by=${asker}`]), ...args],
    out: io.out,
    err: io.err,
  });
  return exitOf(outcome, pod, cluster.platform);
}

const INSTALLATION = '_platform';
/** Of a copy, the newest ones: a command line is no place for more. */
const MOST_HEADS = 50;

/**
 * What a copy on this machine says of a chain, as arguments: the pod has no such file.
 * @throws CliError when the file has nothing of that chain
 */
export function copiedHeads(
  { io }: Pick<KubectlContext, 'io'>,
  file: string | undefined,
  chain: string = INSTALLATION,
): string[] {
  if (file === undefined) return [];
  const text = readText(path.resolve(io.cwd, file));
  if (text === undefined) throw new CliError(EXIT.failed, `${file} cannot be read`);
  const heads = headsInCopy(text, chain).slice(-MOST_HEADS);
  if (heads.length === 0)
    throw new CliError(
      EXIT.failed,
      `${file} has no head of the audit of ${chain}; give a file that kubectl monitor audit verify --json or audit export wrote`,
    );
  return heads.map((head) => `--head=${headText(head)}`);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The first of the api's pods that serves. */
export const readyOf = (pods: readonly Pod[]): Pod | undefined =>
  pods.find(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
  );

async function readyPod({ transport, platform }: Cluster): Promise<string> {
  const labelSelector = `${COMPONENT_LABEL}=api`;
  try {
    const { items } = await transport.list(PODS, { namespace: platform, labelSelector });
    const name = readyOf(items)?.metadata.name;
    if (name !== undefined) return name;
  } catch (error) {
    if (isForbidden(error)) throw lacksRight(platform);
    throw error;
  }
  throw new CliError(
    EXIT.failed,
    `no pod of the api is ready in the namespace ${platform}; see kubectl monitor doctor, or name another namespace with --platform`,
  );
}

const lacksRight = (platform: string): CliError =>
  new CliError(
    EXIT.refused,
    `you may not run programs in the api's pods: ask for a Role in the namespace ${platform} with list of pods, and get and create of pods/exec`,
  );

const isExit = (code: number): code is ExitCode =>
  (Object.values(EXIT) as readonly number[]).includes(code);

function exitOf(outcome: ExecOutcome, pod: string, platform: string): ExitCode {
  switch (outcome.kind) {
    case 'exited':
      return isExit(outcome.code) ? outcome.code : EXIT.failed;
    case 'refused': {
      if (outcome.status === 401 || outcome.status === 403) throw lacksRight(platform);
      if (outcome.status === 404)
        throw new CliError(EXIT.failed, `the pod ${pod} has just gone; try again`);
      throw new CliError(EXIT.failed, `the API server refused the exec (${outcome.status})`);
    }
    case 'notRun':
      throw new CliError(EXIT.failed, `nothing was run in the pod ${pod}: ${outcome.why}`);
    case 'broken':
      throw new CliError(
        EXIT.failed,
        `the connection to the pod ${pod} ended before the answer: it may or may not have been done; see kubectl monitor audit export, and try again`,
      );
    default:
      return outcome satisfies never;
  }
}
