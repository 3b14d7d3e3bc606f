import assert from 'node:assert/strict';
import { serverArguments } from './settings.ts';

const args = (durable: boolean): string[] => serverArguments('/data', { port: 5555, durable });

describe('embedded/settings', () => {
  it('listens on loopback only and on no socket file', () => {
    assert.ok(args(true).includes('listen_addresses=127.0.0.1'));
    assert.ok(args(true).includes('unix_socket_directories='));
  });

  it('loses nothing that was committed', () => {
    for (const name of ['fsync', 'full_page_writes', 'synchronous_commit'])
      assert.ok(args(true).includes(`${name}=on`));
  });

  it('saves the disk in tests only', () => {
    assert.ok(args(false).includes('fsync=off'));
  });

  it('passes the folder and the port', () => {
    assert.deepEqual(args(true).slice(0, 2), ['-D', '/data']);
    assert.ok(args(true).includes('port=5555'));
  });

  it('writes no statement into the log, for statements carry what people wrote', () => {
    assert.ok(args(true).includes('log_statement=none'));
    assert.ok(args(true).includes('log_min_error_statement=panic'));
  });
});
