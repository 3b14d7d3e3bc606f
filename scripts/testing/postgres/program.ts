/** Debian's PostgreSQL for tests: the one of this machine, else unpacked and not installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { imageCache } from '../../lib/cluster/source.ts';
import { fetchPackages, findPackages } from '../../lib/images/debian.ts';

export interface PostgresPrograms {
  /** Folder of initdb, postgres, pg_basebackup and the others. */
  readonly folder: string;
  /** Where they find what they are linked to, unless the machine has it. */
  readonly libraries: string | undefined;
}

/** The oldest server that is promised to work. */
const PROGRAMS = '/usr/lib/postgresql/15/bin';
/** It, its client, and what they are linked to. Installing them would start a server. */
const PACKAGES =
  'postgresql-15 postgresql-client-15 libpq5 libcom-err2 libffi8 libgcrypt20 libgmp10 libgnutls30 libgssapi-krb5-2 libhogweed6 libicu72 libidn2-0 libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0 libldap-2.5-0 liblz4-1 libnettle8 libp11-kit0 libpam0g libsasl2-2 libssl3 libsystemd0 libtasn1-6 libunistring2 libuuid1 libxml2 libxslt1.1 libzstd1'.split(
    ' ',
  );

/**
 * Finds them, or fetches them (about 30 MB, once) and unpacks them.
 * @param folder for what is unpacked: the server does not run as root, and has to come as far as there.
 * @throws SetupError where this is no Debian 12, and no PostgreSQL 15 is installed.
 */
export async function findPostgres(folder: string): Promise<PostgresPrograms> {
  if (existsSync(path.join(PROGRAMS, 'postgres')))
    return { folder: PROGRAMS, libraries: undefined };
  const cache = path.join(imageCache(process.env), 'packages');
  const files = await fetchPackages(await findPackages(PACKAGES), cache);
  mkdirSync(folder, { recursive: true });
  for (const file of files) execFileSync('dpkg-deb', ['-x', file, folder]);
  return { folder: path.join(folder, PROGRAMS), libraries: libraryFolders(folder).join(':') };
}

const libraryFolders = (root: string): string[] => {
  const architecture = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as 'x64' | 'arm64'];
  return ['usr/lib', 'lib'].map((folder) => path.join(root, folder, `${architecture}-linux-gnu`));
};
