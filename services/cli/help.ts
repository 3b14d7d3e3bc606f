/** The end of `duckmon --help`. */

export const AFTER_HELP = `
Kinds: monitorjob (mj), notificationchannel (nch), secret, configmap (cm), check, finding, alert,
       delivery

Examples:
  duckmon apply -f shop.yaml           create or change what a file describes
  duckmon run shop --wait              check the monitor shop now and see what came of it
  duckmon explain shop                 why it told, or did not tell
  duckmon backtest -f shop.yaml        what an edited monitor would have told of the last month
  duckmon doctor                       what is configured, reachable and wrong

Exit codes:
  0  done
  1  failed: an object was refused, a check failed, a file cannot be read
  2  the command line is wrong
  3  not found
  4  refused: no valid token, or it may not do this
  5  Service not responding: start it with ./scripts/up

Environment:
  DUCKMON_API     address of the API        (else DATA/api-url, else http://127.0.0.1:8000)
  DUCKMON_TOKEN   token for the API         (else DATA/admin-token, on this machine only)
  DUCKMON_DATA    data folder               (else .duckmon here, else that of the checkout)`;
