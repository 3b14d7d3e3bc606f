/** What kubectl and helm say when they fail, in a sentence with the next step. Pure. */
import type { Place } from './place.ts';
import type { ProgramError } from './programs.ts';

interface Failure {
  readonly pattern: RegExp;
  /** @param what the part of it that the pattern's group found */
  readonly sentence: (what: string, place: Place | undefined) => string;
}

const NOBODY =
  /unable to connect to the server|connection to the server|connection refused|no such host|i\/o timeout|kubernetes cluster unreachable|no route to host|TLS handshake timeout/i;

/** The first that fits tells. */
const FAILURES: readonly Failure[] = [
  {
    pattern: /x509: ([^\n]+)/,
    sentence: (what) =>
      `The certificate of the API server is not accepted (${what}): the kubeconfig is of another cluster, or of an earlier one.`,
  },
  {
    pattern: NOBODY,
    sentence: (_what, place) =>
      `The API server ${place ? `${place.server} of the context ${place.context} ` : ''}does not answer: is the cluster up, and is it the right context (--context, kubectl config get-contexts)?`,
  },
  {
    pattern: /must be logged in|error: You must|Unauthorized|the server has asked for the client/i,
    sentence: (_what, place) =>
      `The API server does not accept the credentials of the context ${place?.context ?? ''}: sign in anew, or take another --context.`,
  },
  {
    pattern: /cannot (?:patch|create) resource "namespaces"/,
    sentence: (_what, place) =>
      `You may not label the namespace ${place?.namespace ?? ''}: an administrator does it (kubectl label namespace ${place?.namespace ?? ''} pod-security.kubernetes.io/enforce=restricted), and you add --keep-namespace.`,
  },
  {
    pattern: /([^\n]*is forbidden[^\n]*)/i,
    sentence: (what) =>
      `You lack a right, which an administrator of the cluster can give: ${withoutLead(what)}`,
  },
  {
    pattern: /another operation \(install\/upgrade\/rollback\) is in progress/,
    sentence: (_what, place) =>
      `An earlier upgrade has not ended, or was broken off. If nobody is at it: helm -n ${place?.namespace ?? ''} history ${place?.release ?? ''}, then helm rollback to the last revision that was deployed.`,
  },
  {
    pattern: /(?:doesn't have a resource type|no matches for kind) "([^"]+)"/,
    sentence: (what) =>
      `The cluster does not know ${what}: the definitions of duckmon are not installed; npm run prod-up installs them.`,
  },
  {
    pattern: /release: not found|Release not loaded/,
    sentence: (_what, place) =>
      `There is no release ${place?.release ?? ''} in the namespace ${place?.namespace ?? ''}; npm run prod-up makes it, and --release and --namespace name another.`,
  },
  {
    pattern: /conflicts? with "([^"]+)"/,
    sentence: (what, place) =>
      `Somebody else (${what}) has set another level of Pod Security on the namespace ${place?.namespace ?? ''}; change it there, or leave the namespace as it is with --keep-namespace.`,
  },
];

const withoutLead = (text: string): string =>
  text.trim().replace(/^Error(?: from server \(Forbidden\))?: /, '');

/** Warnings stand before what went wrong. */
const essence = (said: string): string =>
  said
    .split('\n')
    .filter((line) => !/^(?:WARNING|Warning|[EWI]\d{4} )/.test(line))
    .join('\n')
    .trim() || said.trim();

/** The sentence for a failure; what is not known is repeated. */
export function explain({ program, said }: ProgramError, place: Place | undefined): string {
  for (const { pattern, sentence } of FAILURES) {
    const found = pattern.exec(said);
    if (found) return sentence(found[1] ?? '', place);
  }
  return `${program} says: ${essence(said)}`;
}

/** Whether the API server lacks what was asked for: an object, or its kind. */
export const isMissing = ({ said }: ProgramError): boolean =>
  /\(NotFound\)|doesn't have a resource type|release: not found/.test(said);

/** Whether it does not let us look. */
export const isForbidden = ({ said }: ProgramError): boolean => /is forbidden/i.test(said);
