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

/** Two attempts and their time-outs are less than a minute, in which a change is to be told. */
const TRY_EVERY_MS = 10_000;
/** How long one pod lives at most. */
const LIFE_MS = 600_000;

/**
 * The whole program: any image with Node runs it. Arguments are `host:port` of both targets and what is
 * believed so far. It tries again and again and ends when that is no longer so, or after ten minutes; a
 * connection that is refused was not opened. What could be a passing trouble, such as an engine that does
 * not know a new pod yet, is told when two attempts in a row say it.
 */
export const CANARY_PROGRAM = `
const { connect } = require('node:net');
const { writeFileSync } = require('node:fs');
const [allowedTarget, forbiddenTarget, believed] = process.argv.slice(1);
const { RESULT_FILE, EVERY_MS = '${TRY_EVERY_MS}', LIFE_MS = '${LIFE_MS}' } = process.env;
const endAt = Date.now() + Number(LIFE_MS);
const tries = (target) => new Promise((done) => {
  const at = target.lastIndexOf(':');
  const host = target.slice(0, at).replace(/^\\[|\\]$/g, '');
  const socket = connect({ host, port: Number(target.slice(at + 1)) });
  const end = (opened) => { socket.destroy(); done(opened); };
  socket.setTimeout(5000, () => end(false));
  socket.once('connect', () => end(true));
  socket.once('error', () => end(false));
});
const attempt = async (before) => {
  const [allowed, forbidden] = await Promise.all([allowedTarget, forbiddenTarget].map(tries));
  const words = JSON.stringify({ allowed, forbidden });
  const isSure = (allowed && !forbidden) || words === before;
  if ((words !== believed && isSure) || Date.now() >= endAt) writeFileSync(RESULT_FILE, words);
  else setTimeout(attempt, Number(EVERY_MS), words);
};
attempt();
`;

export interface CanarySetting {
  readonly namespace: string;
  readonly image: string;
  readonly apiServer: readonly ApiServerEndpoints[];
  /** What the pods before it found. */
  readonly believed?: CanaryAnswer | undefined;
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
  believed,
}: CanarySetting): (Desired & CanaryPod) | undefined {
  const forbidden = forbiddenTarget(apiServer);
  if (forbidden === undefined) return undefined;
  const allowed = hostPort(`duckmon-egress.${namespace}.svc`, DEFAULT_PORTS.egress);
  const spec = {
    serviceAccountName: CANARY_NAME,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    activeDeadlineSeconds: (LIFE_MS + DELAY_MS) / 1000,
    // The program holds nothing that would have to be put away.
    terminationGracePeriodSeconds: 1,
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
        command: ['node', '-e', CANARY_PROGRAM, allowed, forbidden, wordsOf(believed)],
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

/** As the program writes it, so that it can compare. */
const wordsOf = (answer: CanaryAnswer | undefined): string =>
  answer === undefined
    ? ''
    : JSON.stringify({ allowed: answer.allowed, forbidden: answer.forbidden });

function parseWords(words: string | undefined): CanaryAnswer | undefined {
  if (words === undefined) return undefined;
  try {
    return lastWords.parse(JSON.parse(words));
  } catch {
    return undefined;
  }
}

/** What a pod was told when it was made. */
const believedBy = (pod: CanaryPod): CanaryAnswer | undefined =>
  parseWords(pod.spec?.containers[0]?.command?.[5]);

/**
 * What is known by a pod: its last words when it has ended, and what it was told while it runs, since it
 * ends as soon as that is no longer so. Undefined when nothing is known, or no longer.
 */
export function canaryAnswer(pod: CanaryPod | undefined, now: Date): CanaryAnswer | undefined {
  if (pod === undefined) return undefined;
  if (endOf(pod)) return parseWords(endOf(pod)?.message);
  return isRunning(pod) || now < startsBy(pod) ? believedBy(pod) : undefined;
}

/** How long a node may take to start a pod, before it counts as one that tries nothing. */
const DELAY_MS = 60_000;
/** Between two pods: what changes with each attempt makes no more pods than this. */
const PAUSE_MS = 10_000;

const startsBy = (pod: CanaryPod): Date =>
  new Date(Date.parse(pod.metadata.creationTimestamp ?? '') + DELAY_MS);

/** When a pod that has ended makes room for the next one; undefined while it has not. */
export function nextCanaryAt(pod: CanaryPod | undefined): Date | undefined {
  const end = endOf(pod);
  if (end?.finishedAt === undefined) return undefined;
  const pause = parseWords(end.message) ? PAUSE_MS : DELAY_MS;
  return new Date(Date.parse(end.finishedAt) + pause);
}

/** When a pod is to be looked at again, though nothing is said of it. */
export function lookAgainAt(pod: CanaryPod | undefined, now: Date): Date | undefined {
  if (pod === undefined || isRunning(pod)) return undefined;
  const at = endOf(pod) ? nextCanaryAt(pod) : startsBy(pod);
  return at !== undefined && at > now ? at : undefined;
}

const stateOf = (pod: CanaryPod | undefined) => pod?.status?.containerStatuses?.[0]?.state;
const endOf = (pod: CanaryPod | undefined) => stateOf(pod)?.terminated;
const isRunning = (pod: CanaryPod): boolean => stateOf(pod)?.running !== undefined;
