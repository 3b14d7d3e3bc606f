/** Names the browser's throw-away folders by their owner, so that what a killed one left can go. */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const NAME = /^duckmon-chromium-(\d+)-/;

/** Beginning of the names of this process' folders. */
export const ownFolderPrefix = (): string => `duckmon-chromium-${process.pid}-`;

/** Removes folders whose owner does not live any more. */
export function removeStaleFolders(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = Number(NAME.exec(name)?.[1] ?? 0);
    if (owner === 0 || isAlive(owner)) continue;
    rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
