/**
 * A pod that tries a connection that the policies allow and one that they forbid, and leaves what came
 * of it as its last words. Pure.
 */
import { z } from 'zod';
import { DEFAULT_PORTS } from '../../../../services/core/contracts/ports.ts';
import type { Desired } from '../../kube/apply.ts';
import { LABELS, PART_OF, SERVICE_ACCOUNTS } from '../../names.ts';
import type { CanaryAnswer } from '../../policies/canary.ts';
import type { ApiServerEndpoints } from '../../policies/input.ts';
import type { CanaryPod } from './kinds.ts';

export const CANARY_NAME = SERVICE_ACCOUNTS.canary;

/**
 * The whole program: any image with Node runs it. Arguments are `host:port` of both targets; a
 * connection that is refused was not opened.
 */
export const CANARY_PROGRAM = `
const { connect } = require('node:net');
const { writeFileSync } = require('node:fs');
const tries = (target) => new Promise((done) => {
  const at = target.lastIndexOf(':');
  const host = target.slice(0, at).replace(/^\\[|\\]$/g, '');
  const socket = connect({ host, port: Number(target.slice(at + 1)) });
  const end = (opened) => { socket.destroy(); done(opened); };
  socket.setTimeout(5000, () => end(false));
  socket.once('connect', () => end(true));
  socket.once('error', () => end(false));
});
Promise.all(process.argv.slice(1).map(tries)).then(([allowed, forbidden]) =>
  writeFileSync(process.env.RESULT_FILE, JSON.stringify({ allowed, forbidden })));
`;

export interface CanarySetting {
  readonly namespace: string;
  readonly image: string;
  readonly apiServer: readonly ApiServerEndpoints[];
}

const hostPort = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The API server is always there, and no business of the canary's. Undefined while it is not known. */
function forbiddenTarget(apiServer: readonly ApiServerEndpoints[]): string | undefined {
  const [first] = apiServer;
  const [address] = first?.addresses ?? [];
  const [port] = first?.ports ?? [];
  return address === undefined || port === undefined ? undefined : hostPort(address, port);
}

const labels = { [LABELS.partOf]: PART_OF, [LABELS.component]: 'canary' };

/** May do nothing, and mounts no token. */
export const canaryAccount = (
  namespace: string,
): Desired & { readonly automountServiceAccountToken: false } => ({
  metadata: { namespace, name: CANARY_NAME, labels },
  automountServiceAccountToken: false,
});

/** A processor and memory that no quota misses. */
const RESOURCES = {
  requests: { cpu: '10m', memory: '48Mi' },
  limits: { memory: '96Mi' },
};

/** The pod; undefined while there is no target that is forbidden. */
export function canaryPod({
  namespace,
  image,
  apiServer,
}: CanarySetting): (Desired & CanaryPod) | undefined {
  const forbidden = forbiddenTarget(apiServer);
  if (forbidden === undefined) return undefined;
  const allowed = hostPort(`duckmon-egress.${namespace}.svc`, DEFAULT_PORTS.egress);
  const spec = {
    serviceAccountName: CANARY_NAME,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    activeDeadlineSeconds: 120,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10_001,
      runAsGroup: 10_001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'canary',
        image,
        command: ['node', '-e', CANARY_PROGRAM, allowed, forbidden],
        env: [{ name: 'RESULT_FILE', value: '/dev/termination-log' }],
        resources: RESOURCES,
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  };
  return { metadata: { namespace, name: CANARY_NAME, labels }, spec };
}

const lastWords = z.strictObject({ allowed: z.boolean(), forbidden: z.boolean() });

/** What a pod that has ended says; undefined while it runs, and when it says nothing. */
export function canaryAnswer(pod: CanaryPod | undefined): CanaryAnswer | undefined {
  const message = endOf(pod)?.message;
  if (message === undefined) return undefined;
  try {
    return lastWords.parse(JSON.parse(message));
  } catch {
    return undefined;
  }
}

/** How long what a canary found is believed before the next one looks. */
const EVERY_MS = 600_000;

/** When a pod that has ended makes room for the next one; undefined while it has not. */
export function nextCanaryAt(pod: CanaryPod | undefined): Date | undefined {
  const finishedAt = endOf(pod)?.finishedAt;
  return finishedAt === undefined ? undefined : new Date(Date.parse(finishedAt) + EVERY_MS);
}

const endOf = (pod: CanaryPod | undefined) =>
  pod?.status?.containerStatuses?.[0]?.state?.terminated;
