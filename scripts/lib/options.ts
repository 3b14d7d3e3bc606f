/** The flags of ./scripts/up. */
import { parseArgs } from 'node:util';

export const UP_HELP = `Usage: ./scripts/up [FLAG ...]

Starts duckmon on this machine: an embedded Postgres, the services, a dashboard.
What is missing (Node 24, packages, a browser) is fetched first, once.

  --data DIR        where everything is kept          (default .duckmon, or DUCKMON_DATA);
                    logs in DIR/logs, at most 42 MB
  --manifests DIR   a folder of manifests to apply and to watch
                                                      (default: the sample of the demo)
  --no-demo         no demo page and no sample
  --kubeconfig FILE take the monitors from this Kubernetes API server instead of files: the operator
                    runs beside the services (a cluster for it: ./scripts/cluster up)
  --detach          give the terminal back when all is up; stop with ./scripts/down
  --production      for people on the Internet, behind nginx: starts only when nothing of what keeps it
                    safe is missing, in the foreground, without demo and sign-in links (scripts/host)
  --check           with --production: says what is missing, and starts nothing
  --allow-root      with --production: as root, where there is no other user (a container)
  --env-file FILE   read instead of .env in the checkout
  --help            this text

Where duckmon runs on the folder already, another sign-in link is printed.

Environment (also read from .env in the checkout):
  DASHBOARD_PORT 3000, API_PORT 8000, BROWSER_PORT 8001, LLM_PORT 8002, NOTIFICATION_PORT 8003,
  SCHEDULER_PORT 8004, EGRESS_PORT 8005, OPERATOR_PORT 8006, DEMO_PORT 9180
  OPENAI_API_KEY, OPENAI_BASE_URL   the model that judges; without one changes are found, not judged
  SENDGRID_API_KEY, NOTIFICATION_EMAIL, SMTP_HOST …   for e-mail
  PUBLIC_URL, GOOGLE_CLIENT_ID, SIGN_IN_ALLOW …       the public name, and who may sign in
  DATABASE_URL    with --production: the owner's address of a Postgres of your own
  DUCKMON_EGRESS_ALLOW   private pages that may be watched: [workspace=]address[/bits]:port, separated
                         by commas; DUCKMON_EGRESS_ALLOW_FILE names a file with more, one a line
  CHROMIUM_PATH   a Chromium of your own
  DUCKMON_CACHE   where Node and the browser are kept  (default ~/.cache/duckmon)
`;

export interface UpOptions {
  readonly data: string;
  readonly manifests: string | undefined;
  readonly demo: boolean;
  readonly kubeconfig: string | undefined;
  readonly detach: boolean;
  readonly production: boolean;
  /** Only says what is missing for production. */
  readonly check: boolean;
  readonly allowRoot: boolean;
  /** Instead of `.env` in the checkout. */
  readonly envFile: string | undefined;
  readonly help: boolean;
}

/**
 * Reads the flags.
 * @throws Error with a sentence for the person when a flag is unknown or lacks its value.
 */
export function parseUp(args: readonly string[], env: NodeJS.ProcessEnv): UpOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: {
      data: { type: 'string' },
      manifests: { type: 'string' },
      kubeconfig: { type: 'string' },
      'no-demo': { type: 'boolean' },
      detach: { type: 'boolean', short: 'd' },
      production: { type: 'boolean' },
      check: { type: 'boolean' },
      'allow-root': { type: 'boolean' },
      'env-file': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const production = values.production === true;
  for (const problem of contradictions({ ...values, production })) throw new Error(problem);
  return {
    data: values.data ?? env['DUCKMON_DATA'] ?? '.duckmon',
    manifests: values.manifests,
    demo: values['no-demo'] !== true && !production,
    kubeconfig: values.kubeconfig,
    detach: values.detach === true,
    production,
    check: values.check === true,
    allowRoot: values['allow-root'] === true,
    envFile: values['env-file'],
    help: values.help === true,
  };
}

interface Flags {
  readonly kubeconfig?: string | undefined;
  readonly manifests?: string | undefined;
  readonly detach?: boolean | undefined;
  readonly check?: boolean | undefined;
  readonly 'allow-root'?: boolean | undefined;
  readonly production: boolean;
}

/** Flags that do not go together, each as a sentence with what to do. */
function contradictions(flags: Flags): string[] {
  const { production, kubeconfig, manifests, detach, check } = flags;
  const rules: readonly (readonly [isWrong: boolean, sentence: string])[] = [
    [
      kubeconfig !== undefined && manifests !== undefined,
      'With --kubeconfig the monitors come from the cluster: leave --manifests out, and use kubectl apply.',
    ],
    [
      production && kubeconfig !== undefined,
      'With --production everything is on this host: leave --kubeconfig out, or install charts/duckmon in the cluster',
    ],
    [
      production && detach === true,
      'With --production duckmon stays in the foreground, where a service manager keeps it: leave --detach out (scripts/host/duckmon.service)',
    ],
    [!production && check === true, '--check belongs to --production: give both'],
    [
      !production && flags['allow-root'] === true,
      '--allow-root belongs to --production: give both',
    ],
  ];
  return rules.filter(([isWrong]) => isWrong).map(([, sentence]) => sentence);
}
