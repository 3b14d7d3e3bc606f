/** The images of a node's own pods: each is one program of ours and nothing else. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../../../../services/core/clock.ts';
import { SetupError } from '../../../../services/core/errors.ts';
import { archivedImage, writeArchive } from '../../images/archive.ts';
import type { ClusterFolder, ClusterRecord } from '../folder.ts';
import { requireRunning } from '../servers.ts';
import type { NodeFiles } from './configuration.ts';

/** Names as in system.yaml. */
export const SYSTEM_IMAGES = ['pause', 'coredns', 'kube-network-policies'] as const;

const POLL_MS = 50;
const PATIENCE_MS = 60_000;

const run = promisify(execFile);

/** @throws SetupError when containerd does not answer, or has ended. */
export async function containerdAnswers(
  files: NodeFiles,
  folder: ClusterFolder,
  record: ClusterRecord,
  clock: Clock,
): Promise<void> {
  const giveUpAt = clock.monotonic() + PATIENCE_MS;
  const answers = (): Promise<boolean> =>
    ctr(record.programs.node ?? '', files.socket, ['version']).then(
      () => true,
      () => false,
    );
  while (!(await answers())) {
    await requireRunning(folder, record);
    if (clock.monotonic() >= giveUpAt)
      throw new SetupError(`containerd did not answer within ${PATIENCE_MS / 1000} s.`);
    await clock.sleep(POLL_MS);
  }
}

/** Waits for containerd, and gives it the images. */
export async function importSystemImages(
  files: NodeFiles,
  folder: ClusterFolder,
  record: ClusterRecord,
  clock: Clock,
): Promise<void> {
  const programs = record.programs.node ?? '';
  await containerdAnswers(files, folder, record, clock);
  const work = mkdtempSync(path.join(os.tmpdir(), 'duckmon-images-'));
  try {
    for (const name of SYSTEM_IMAGES) {
      const archive = await programImage(path.join(programs, name), work);
      await importImage(programs, files.socket, archive);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Gives the node's containerd an image that pods can name from then on, by tag and by digest.
 * @returns the name with the digest.
 * @throws SetupError when the file is no OCI archive with one named image.
 */
export async function importImage(
  programs: string,
  socket: string,
  archive: string,
): Promise<string> {
  const { name, digest } = await archivedImage(archive);
  await ctr(programs, socket, ['images', 'import', archive]);
  const byDigest = `${name.replace(/:[^:/]*$/, '')}@${digest}`;
  await ctr(programs, socket, ['images', 'tag', '--force', name, byDigest]);
  return byDigest;
}

async function ctr(programs: string, socket: string, args: readonly string[]): Promise<void> {
  // The kubelet sees this namespace only.
  const all = [`--address=${socket}`, '--namespace=k8s.io', ...args];
  await run(path.join(programs, 'ctr'), all);
}

async function programImage(program: string, work: string): Promise<string> {
  const name = path.basename(program);
  const content = path.join(work, name);
  mkdirSync(content);
  cpSync(program, path.join(content, name));
  const archive = `${content}.tar`;
  const config = {
    name: `localhost/${name}:1`,
    user: '0',
    workingFolder: '/',
    environment: {},
    entrypoint: [`/${name}`],
    command: [],
    labels: {},
  };
  await writeArchive(archive, config, [{ folder: content, modes: 'readable' }]);
  return archive;
}
