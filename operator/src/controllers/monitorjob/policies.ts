/** Why a MonitorJob is not accepted; the first violated policy wins. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { Limits, MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import { parseDuration } from '../../../../services/domain/duration.ts';
import { LEVELS, levelOf } from '../../pools/binding.ts';
import { loginPrefixOf } from '../../pools/logins.ts';
import type { JobInput, Violation } from './types.ts';

type Policy = (input: JobInput) => Violation | undefined;

/** Names of the channels that a job tells. */
export const channelNames = ({ spec }: MonitorJob): string[] => [
  ...(spec.alerting.channelRefs ?? []).map(({ name }) => name),
  ...(spec.alerting.onFailure.channelRefs ?? []).map(({ name }) => name),
];

/** What a person knows of where things are looked for. */
const here = ({ isPersonal }: JobInput): string =>
  isPersonal ? 'your workspace' : 'this namespace';

/** Findings still reach the Inbox, so a missing channel stops no check. */
const channelsExist: Policy = (input) => {
  const { job, channels } = input;
  const missing = channelNames(job).find((name) => !channels.has(name));
  if (missing === undefined) return undefined;
  return {
    reason: 'ChannelNotFound',
    message: `spec.alerting names the channel ${missing}, which is not in ${here(input)}; apply it, or remove the reference.`,
    effect: 'tell',
  };
};

const promptIsThere: Policy = (input) => {
  const { job, prompt } = input;
  const ref = job.spec.goal.promptFrom?.configMapKeyRef;
  if (!ref || prompt !== undefined) return undefined;
  return {
    reason: 'ConfigMapNotFound',
    message: `spec.goal.promptFrom names the key ${ref.key} of the ConfigMap ${ref.name}, which is not in ${here(input)}; apply it.`,
    effect: 'keep',
  };
};

const promptFits: Policy = ({ job, prompt }) => {
  if (!job.spec.goal.promptFrom || prompt === undefined) return undefined;
  const { length } = Array.from(prompt);
  if (prompt.trim() !== '' && length <= 2000) return undefined;
  const { name, key } = job.spec.goal.promptFrom.configMapKeyRef;
  return {
    reason: 'Invalid',
    message: `The key ${key} of the ConfigMap ${name} must hold a prompt of 1 to 2000 characters; it has ${length}.`,
    effect: 'keep',
  };
};

const intervalIsAllowed: Policy = ({ job, limits }) => {
  const { interval } = job.spec.schedule;
  if (limits.minInterval === undefined || interval === undefined) return undefined;
  if (parseDuration(interval) >= parseDuration(limits.minInterval)) return undefined;
  return {
    reason: 'IntervalTooShort',
    message: `spec.schedule.interval is ${interval}; the least that the platform allows here is ${limits.minInterval}.`,
    effect: 'hold',
  };
};

const sourcesAreFew: Policy = ({ job, limits }) => {
  const most = limits.maxSourcesPerJob;
  if (most === undefined || job.spec.sources.length <= most) return undefined;
  return {
    reason: 'TooManySources',
    message: `spec.sources has ${job.spec.sources.length} pages; the most that the platform allows here is ${most}.`,
    effect: 'hold',
  };
};

const isolationIsAllowed: Policy = ({ job, limits }) => {
  const least = limits.minIsolation;
  const level = levelOf(job);
  if (least === undefined || LEVELS.indexOf(level) >= LEVELS.indexOf(least)) return undefined;
  return {
    reason: 'IsolationNotAllowed',
    message: `spec.isolation.level is ${level}; the least that the platform allows here is ${least}.`,
    effect: 'hold',
  };
};

const isIsolatedFromPersons: Policy = ({ job, isAmongPersons }) => {
  if (levelOf(job) !== 'Namespace' || !isAmongPersons) return undefined;
  return {
    reason: 'IsolationNotAllowed',
    message:
      'spec.isolation.level is Namespace, but this namespace is shared by persons who have nothing to do with each other; use Dedicated or Ephemeral.',
    effect: 'hold',
  };
};

const isAlone: Policy = ({ job, rival }) => {
  if (levelOf(job) !== 'Dedicated' || rival === undefined) return undefined;
  return {
    reason: 'IsolationNotAllowed',
    message: `spec.isolation.level is Dedicated, but ${rival} uses the same WorkerPool; give one of the two another spec.isolation.poolRef.`,
    effect: 'hold',
  };
};

const loginOfSpec = ({ spec }: MonitorJob): string | undefined =>
  spec.session?.credentialsSecretRef?.name;

const loginSecretIsNamed: Policy = ({ job, workspace, isPersonal }) => {
  const login = loginOfSpec(job);
  const prefix = loginPrefixOf(workspace, isPersonal);
  if (login === undefined || login.startsWith(prefix)) return undefined;
  return {
    reason: 'LoginSecretNotNamed',
    message: `spec.session.credentialsSecretRef.name must begin with ${prefix}, as the login Secrets of ${isPersonal ? 'your workspace' : 'all jobs'} do.`,
    effect: 'hold',
  };
};

/** Elsewhere pods that open other people's pages would read it. */
const loginIsIsolated: Policy = ({ job, isAmongPersons, sharesBrowsers }) => {
  if (loginOfSpec(job) === undefined) return undefined;
  const refuse = (message: string): Violation => ({
    reason: 'IsolationNotAllowed',
    message: `spec.session.credentialsSecretRef ${message}`,
    effect: 'hold',
  });
  if (isAmongPersons && levelOf(job) !== 'Dedicated')
    return refuse(
      'needs spec.isolation.level Dedicated: pods of every other level are of all persons here.',
    );
  if (levelOf(job) === 'Shared')
    return refuse(
      'needs spec.isolation.level Namespace, Dedicated or Ephemeral: the shared browsers mount no login.',
    );
  return sharesBrowsers
    ? refuse(
        'needs browsers of its own, but spec.isolation.poolRef names the shared ones, which mount no login; leave poolRef out.',
      )
    : undefined;
};

/** Checks would go to its pods all the same. */
const poolIsFit: Policy = ({ job, pool }) => {
  if (levelOf(job) === 'Shared' || pool.kind !== 'unfit') return undefined;
  return { reason: 'PoolNotFound', message: pool.message, effect: 'hold' };
};

/** Checks wait for it. */
const poolIsThere: Policy = ({ job, pool }) => {
  if (!job.spec.isolation.poolRef || pool.kind !== 'none') return undefined;
  return { reason: 'PoolNotFound', message: pool.message, effect: 'tell' };
};

const policies: readonly Policy[] = [
  intervalIsAllowed, //  not more often than the platform allows
  sourcesAreFew, //      not more pages than the platform allows
  isolationIsAllowed, // not below the namespace's floor
  loginSecretIsNamed, // a login Secret has the prefix that pools may mount
  loginIsIsolated, //    and goes to no browsers of others
  isIsolatedFromPersons, // persons of one namespace share no pool
  isAlone, //            a Dedicated job shares its pool with no other
  poolIsFit, //          its pool fetches pages, and is its to use
  promptIsThere, //      promptFrom names a key that exists
  promptFits, //         and that holds a prompt
  poolIsThere, //        poolRef names a pool that exists
  channelsExist, //      every channelRef names a channel of the workspace
];

/** What the user has to mend, if anything. */
export const firstViolation = (input: JobInput): Violation | undefined =>
  policies.map((policy) => policy(input)).find((violation) => violation !== undefined);

/** The limits of one namespace: those of its override, and the platform's where it has none. */
export function limitsFor(platform: MonitorPlatform | undefined, namespace: string): Limits {
  const { overrides = [], ...general } = platform?.spec.limits ?? {};
  const { namespace: _name, ...own } = overrides.find((it) => it.namespace === namespace) ?? {
    namespace,
  };
  return { ...general, ...own };
}
