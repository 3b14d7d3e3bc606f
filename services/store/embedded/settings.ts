/** The settings that postgres is started with: little memory, full durability, loopback only. */

export interface ServerSettings {
  readonly port: number;
  /** False only for tests: a crash of the machine may then lose the database. */
  readonly durable: boolean;
}

const small: Readonly<Record<string, string>> = {
  shared_buffers: '32MB',
  max_connections: '60',
  // A read over the whole history locks every partition of a year.
  max_locks_per_transaction: '128',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  wal_buffers: '1MB',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  temp_buffers: '1MB',
  jit: 'off',
  // Each of these is a process of its own or a slot for one; a laptop needs none of them.
  io_method: 'sync',
  max_wal_senders: '0',
  wal_level: 'minimal',
  max_logical_replication_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_worker_processes: '1',
  autovacuum_worker_slots: '2',
  autovacuum_max_workers: '2',
  autovacuum_naptime: '30s',
  track_activity_query_size: '1kB',
};

const fixed: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_checkpoints: 'off',
  log_statement: 'none',
  // A statement's text may carry what a page or a person wrote.
  log_min_error_statement: 'panic',
  lc_messages: 'C',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const durability = (durable: boolean): Readonly<Record<string, string>> => {
  const value = durable ? 'on' : 'off';
  return { fsync: value, full_page_writes: value, synchronous_commit: value };
};

/** The command line of postgres for `data`, without the program's name. */
export function serverArguments(data: string, settings: ServerSettings): string[] {
  const all = { ...small, ...fixed, ...durability(settings.durable), port: String(settings.port) };
  return [
    '-D',
    data,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}
