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
  --help            this text

Environment (also read from .env in the checkout):
  DASHBOARD_PORT 3000, API_PORT 8000, BROWSER_PORT 8001, LLM_PORT 8002, NOTIFICATION_PORT 8003,
  SCHEDULER_PORT 8004, EGRESS_PORT 8005, OPERATOR_PORT 8006, DEMO_PORT 9180
  OPENAI_API_KEY, OPENAI_BASE_URL   the model that judges; without one changes are found, not judged
  SENDGRID_API_KEY, NOTIFICATION_EMAIL, SMTP_HOST …   for e-mail
  DUCKMON_EGRESS_ALLOW   private pages that may be watched: address[/bits]:port, separated by commas
  CHROMIUM_PATH   a Chromium of your own
  DUCKMON_CACHE   where Node and the browser are kept  (default ~/.cache/duckmon)
`;

export interface UpOptions {
  readonly data: string;
  readonly manifests: string | undefined;
  readonly demo: boolean;
  readonly kubeconfig: string | undefined;
  readonly detach: boolean;
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
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.kubeconfig !== undefined && values.manifests !== undefined)
    throw new Error(
      'With --kubeconfig the monitors come from the cluster: leave --manifests out, and use kubectl apply.',
    );
  return {
    data: values.data ?? env['DUCKMON_DATA'] ?? '.duckmon',
    manifests: values.manifests,
    demo: values['no-demo'] !== true,
    kubeconfig: values.kubeconfig,
    detach: values.detach === true,
    help: values.help === true,
  };
}
