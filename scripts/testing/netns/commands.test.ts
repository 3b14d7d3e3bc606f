import assert from 'node:assert/strict';
import { SetupError } from '../../../services/core/errors.ts';
import { obstacle, run, type Machine } from './commands.ts';

const machine: Machine = { platform: 'linux', uid: 0, folders: ['/bin'], exists: () => true };

describe('network of a test: what it needs', () => {
  it('is Linux, root and three programs, each named with the next step', () => {
    assert.equal(obstacle(machine), undefined);
    assert.match(obstacle({ ...machine, platform: 'darwin' }) ?? '', /need Linux.*darwin/);
    assert.match(obstacle({ ...machine, uid: 1000 }) ?? '', /need root; run .*as root/);
    const exists = (file: string): boolean => !/\/(ip|nft)$/.test(file);
    assert.match(
      obstacle({ ...machine, exists }) ?? '',
      /need ip, nft; install iproute2, nftables\.$/,
    );
  });

  it('is told with the command that failed and what it said', () => {
    const command = ['sh', '-c', 'echo no rights >&2; exit 3'];
    assert.throws(
      () => run(command),
      (error) =>
        error instanceof SetupError &&
        /`sh -c .*` failed: no rights\. It needs root with all rights/.test(error.message),
    );
    assert.throws(() => run(['duckmon-no-such-program']), /ENOENT/);
  });

  it('gives a program its input and its words back', () => {
    assert.equal(run(['cat'], 'hello'), 'hello');
  });
});
