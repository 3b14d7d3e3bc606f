/** What is done when this process is gone, however it went: its child is ended and a folder removed. */
import { spawn } from 'node:child_process';

export interface LastWill {
  /** The child to end; 0 when it has ended by itself. */
  child(pid: number): void;
  /** All was put away; nothing is left to do. */
  cancel(): void;
}

/** Reads a pipe that only this process holds open, and acts when it closes. */
const SCRIPT = `
pid=0
while read -r line; do pid=$line; done
if [ "$pid" -gt 0 ] && kill -TERM "$pid" 2>/dev/null; then
  tries=0
  while [ $tries -lt 200 ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; tries=$((tries + 1)); done
  kill -KILL "$pid" 2>/dev/null
fi
rm -rf "$1"`;

/** @param folder is removed after the child has ended */
export function writeLastWill(folder: string): LastWill {
  // In a group of its own: a Ctrl-C in the terminal must not end it.
  const helper = spawn('sh', ['-c', SCRIPT, 'sh', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  helper.unref();
  return {
    child: (pid) => {
      helper.stdin.write(`${pid}\n`);
    },
    cancel: () => {
      helper.kill('SIGKILL');
    },
  };
}
