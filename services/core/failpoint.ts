/** Named places in the code where a kill test may end the process; a no-op in production. */

export type Failpoint = (name: string) => void | Promise<void>;

export const noFailpoint: Failpoint = () => {};

/**
 * Kills the process with SIGKILL at the `hit`-th passing of one place.
 * @param spec `name` or `name:hit`, as in the environment variable DUCKMON_FAILPOINT.
 */
export function killAt(spec: string): Failpoint {
  const [place = '', hit = '1'] = spec.split(':');
  let left = Number(hit);
  return (name) => {
    if (name !== place || --left > 0) return;
    process.kill(process.pid, 'SIGKILL');
  };
}
