// Puts the profile of the browsers where the kubelet of this node looks for it, and keeps it there.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const { PROFILE, FOLDER } = process.env;
const EVERY_MS = 600_000;
const target = path.join(FOLDER, 'duckmon', 'chromium.json');

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

function install() {
  const wanted = readFileSync(PROFILE, 'utf8');
  if (read(target) === wanted) return;
  mkdirSync(path.dirname(target), { recursive: true });
  // in one step: a pod may start at any moment
  writeFileSync(`${target}.partial`, wanted, { mode: 0o644 });
  renameSync(`${target}.partial`, target);
  console.log(`wrote ${target}`);
}

process.on('SIGTERM', () => process.exit(0));
install();
setInterval(install, EVERY_MS);
