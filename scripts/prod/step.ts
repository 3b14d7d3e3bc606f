/** What a word of production does, as data: one call of a program, which can be shown instead. */
import type { ProdDeps } from './deps.ts';
import type { Place } from './place.ts';
import type { ProgramName } from './programs.ts';

export interface Step {
  readonly program: ProgramName;
  readonly args: readonly string[];
  /** Its standard input. */
  readonly input?: string;
}

/** A call of kubectl in the cluster and the namespace of a place. */
export const kubectl = (
  { kubeconfig, context, namespace }: Place,
  args: readonly string[],
  input?: string,
): Step => ({
  program: 'kubectl',
  args: [...flag('kubeconfig', kubeconfig), `--context=${context}`, `-n=${namespace}`, ...args],
  ...(input === undefined ? {} : { input }),
});

/** A call of helm there. */
export const helm = (
  { kubeconfig, context, namespace }: Place,
  args: readonly string[],
  input?: string,
): Step => ({
  program: 'helm',
  args: [
    ...flag('kubeconfig', kubeconfig),
    `--kube-context=${context}`,
    `--namespace=${namespace}`,
    ...args,
  ],
  ...(input === undefined ? {} : { input }),
});

const flag = (name: string, value: string | undefined): string[] =>
  value === undefined ? [] : [`--${name}=${value}`];

/** Runs a step and returns what its program printed. @throws ProgramError */
export const perform = (
  { program, args, input }: Step,
  { programs }: Pick<ProdDeps, 'programs'>,
): Promise<string> => programs.run(program, args, input);

/** An object of Kubernetes, or whatever else a step printed as JSON. @throws ProgramError */
export const read = async <T>(step: Step, deps: Pick<ProdDeps, 'programs'>): Promise<T> =>
  JSON.parse(await perform(step, deps)) as T;

/** A step as a person would type it. */
export function shown({ program, args, input }: Step): string {
  const line = [program, ...args.map(quoted)].join(' ');
  return input === undefined ? line : `${line} <<'EOF'\n${input.trimEnd()}\nEOF`;
}

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
