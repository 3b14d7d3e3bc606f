/** Stands in for programs, clock and terminal in the tests of the words of production. */
import type { Clock } from '../../services/core/clock.ts';
import type { ProdDeps } from './deps.ts';
import type { Place } from './place.ts';
import { ProgramError, type ProgramName, type Programs } from './programs.ts';

export const PLACE: Place = {
  kubeconfig: undefined,
  context: 'prod',
  server: 'https://k8s.example.org',
  namespace: 'duckmon',
  release: 'duckmon',
};

export const WHERE = {
  kubeconfig: undefined,
  context: undefined,
  namespace: 'duckmon',
  release: 'duckmon',
};

export interface Call {
  readonly program: ProgramName;
  /** Without the flags that name the place. */
  readonly line: string;
  readonly input: string | undefined;
}

/** What a program prints, or why it fails; undefined prints nothing. */
export type Answer = (call: Call) => string | Error | undefined;

export interface FakeDeps extends ProdDeps {
  readonly calls: readonly Call[];
  readonly said: readonly string[];
  readonly printed: readonly string[];
}

const OF_PLACE = /^(?:--kubeconfig|--context|--kube-context|--namespace|-n)=/;

/** Everything that a word is given, with a memory. */
export function fakeDeps(
  answer: Answer = () => undefined,
  given: Partial<ProdDeps> = {},
): FakeDeps {
  const calls: Call[] = [];
  const said: string[] = [];
  const printed: string[] = [];
  const call = (program: ProgramName, args: readonly string[], input?: string) => {
    const line = args.filter((arg) => !OF_PLACE.test(arg)).join(' ');
    const made = { program, line, input };
    calls.push(made);
    return answer(made);
  };
  const programs: Programs = {
    run: async (program, args, input) => {
      const answered = call(program, args, input);
      if (answered instanceof Error) throw answered;
      return answered ?? '';
    },
    attach: async (program, args) => (call(program, args) instanceof Error ? 1 : 0),
    has: async () => true,
  };
  return {
    env: {},
    clock: fakeClock(),
    programs,
    say: (line) => void said.push(line),
    print: (line) => void printed.push(line),
    ask: undefined,
    randomBytes: (count) => Buffer.alloc(count, 7),
    columns: undefined,
    state: '/no/cluster',
    ...given,
    calls,
    said,
    printed,
  };
}

/** Time passes only while somebody sleeps. */
export function fakeClock(start = Date.parse('2026-11-26T12:00:00Z')): Clock {
  let passed = 0;
  return {
    now: () => new Date(start + passed),
    monotonic: () => passed,
    sleep: async (ms) => {
      passed += ms;
    },
  };
}

/** A failure of kubectl, with what it wrote. */
export const kubectlSays = (said: string): ProgramError => new ProgramError('kubectl', said);

/** A Job as the chart's templates make it. */
const JOB = {
  kind: 'Job',
  metadata: { name: 'job' },
  spec: { template: { spec: { containers: [{ args: ['run'] }] } } },
};
/** The scheduler was left at none. */
const DEPLOYMENTS = [
  { kind: 'Deployment', metadata: { name: 'duckmon-api' }, spec: { replicas: 2 } },
  { kind: 'Deployment', metadata: { name: 'duckmon-scheduler' }, spec: { replicas: 0 } },
];

/** A cluster whose Jobs end so, or not at all, with what their pods wrote. */
export const clusterWithJobs =
  (end: string | undefined, written = '{"ok":true,"rows":7}'): Answer =>
  ({ line }) => {
    if (line.startsWith('create job')) return JSON.stringify(JOB);
    if (line.startsWith('get deployments')) return JSON.stringify({ items: DEPLOYMENTS });
    if (line.startsWith('get pods') || line.startsWith('get events')) return '{"items": []}';
    if (line.startsWith('logs')) return written;
    const conditions = end === undefined ? [] : [{ type: end, status: 'True' }];
    return line.startsWith('get job') ? JSON.stringify({ ...JOB, status: { conditions } }) : '';
  };
/** The calls that changed something. */
export const changes = ({ calls }: FakeDeps): string[] =>
  calls
    .map(({ line }) => line)
    .filter((line) => /^(?:scale|wait|create --filename)/.test(line))
    .map((line) =>
      line.replace(/ --selector.*\/name=/, ' ').replace(/ --(?:timeout|filename).*/, ''),
    );
