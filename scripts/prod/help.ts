/** What `--help` says. */
import type { Word } from './commands.ts';

const SUMMARIES: Readonly<Record<Word, string>> = {
  'generate-keys': 'new secret keys in .env; with --cluster the two roots as Secrets',
  'prod-build': 'build the images, and bring them where the cluster finds them',
  'prod-up': 'install or upgrade duckmon, and wait until it is ready',
  'prod-health': 'one table of everything; ends with 0 only if all is well',
  'prod-logs': 'the logs of all parts together, or of one',
  'prod-down': 'uninstall; data and keys stay',
  backup: 'write a backup: of this machine into a file, of the cluster where backups are stored',
  restore: 'bring a backup back',
};

const SHARED = `
  --kubeconfig FILE   --context NAME      which cluster (default: KUBECONFIG, the current context,
                                          else the one of ./scripts/cluster)
  --namespace NAME    --release NAME      where in it   (default: duckmon, duckmon)
  --dry-run           print the commands and objects, and change nothing
  --help              this text
`;

const TEXTS: Readonly<Record<Word, string>> = {
  'generate-keys': `Usage: npm run generate-keys                      .env of this machine (duckmon generate-keys)
       npm run generate-keys -- --cluster [FLAG ...]

In a cluster nobody needs to do this: the operator makes the keys itself and rotates them, and
kubectl monitor rotate asks for new ones. With --cluster two keys of your own are made before the first
start, as the Secrets duckmon-internal-key and duckmon-jwt-secret; the operator adopts them, never
writes them, and rotating them is then up to you. Keys that are there are never replaced.
`,
  'prod-build': `Usage: npm run prod-build -- [FLAG ...]

Builds the images as OCI archives without a container engine, notes names and digests in images.json
beside them, and brings them on their way: into the node when the context is the cluster of
./scripts/cluster up --node, to a registry with --registry.

  --output DIR            where archives and images.json are written (default .cache/images)
  --registry HOST/PATH    put before the names; says how they are pushed
  --push                  pushes them, by skopeo or else by docker
  --docker                builds with docker, from the Dockerfiles
`,
  'prod-up': `Usage: npm run prod-up -- [FLAG ...]

Holds the namespace to Pod Security "restricted", installs or upgrades the chart with the images that
prod-build made, and waits until every part is rolled out and the MonitorPlatform is Ready.

  --values FILE, -f FILE  values of the chart; may be repeated, and wins over what prod-build wrote
  --set KEY=VALUE         one value of the chart; may be repeated
  --images FILE           what prod-build wrote       (default .cache/images/images.json)
  --own-images            the images are named by your values; images.json is not read
  --keep-namespace        leave labels of the namespace alone, and let helm make it
  --timeout TIME          longest wait                (default 10m)
`,
  'prod-health': `Usage: npm run prod-health -- [FLAG ...]

Shows release, parts, worker pools, conditions of the platform, age of the keys, the way in with its
certificate, and the last backup; what is wrong comes with the next step. Ends with 1 if anything is.

  --json                  the same for programs
`,
  'prod-logs': `Usage: npm run prod-logs -- [PART] [FLAG ...]

All of what the pods wrote, each line with its pod before it.

  --follow, -f            go on with what comes, of the pods that are there now
  --since TIME            only what is younger, such as 15m
  --tail N                only the last lines of each container
  --previous, -p          of containers that ended before
`,
  'prod-down': `Usage: npm run prod-down -- [FLAG ...]

Uninstalls the release, after asking. Says what stays, and by which commands that goes too.

  --yes, -y               do not ask
  --timeout TIME          longest wait                (default 5m)
`,
  backup: `Usage: npm run backup -- FILE                     of the duckmon on this machine (duckmon backup)
       npm run backup -- --cluster [FLAG ...]

With --cluster: makes the backup of the schedule now, and prints what came of it. The values
backup.enabled and backup.storage of the chart say that there are backups, and where.

  --timeout TIME          longest wait                (default 1h)
`,
  restore: `Usage: npm run restore -- FILE [--force]          into the duckmon on this machine (duckmon restore)
       npm run restore -- --cluster latest|NAME [FLAG ...]

With --cluster: throws away what the database holds, and fills it from a stored backup, after asking.
Checks and sign-ins rest meanwhile. Nothing that may have been sent before is sent again by itself.

  --yes, -y               do not ask
  --timeout TIME          longest wait                (default 1h)
`,
};

const OVERVIEW = `Usage: npm run WORD -- [FLAG ...]

${Object.entries(SUMMARIES)
  .map(([word, summary]) => `  ${word.padEnd(16)}${summary}`)
  .join('\n')}

Each says first what it does, and where. npm run WORD -- --help tells its flags.
`;

/** The help of a word, or of all. */
export const helpOf = (word: Word | undefined): string =>
  word === undefined ? OVERVIEW : `${TEXTS[word]}${SHARED}`;
