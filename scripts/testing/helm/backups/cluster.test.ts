/** Backups as the chart makes them; Helm comes with the programs of the cluster, a server is not asked. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LABELS } from '../../../../operator/src/names.ts';
import { root } from '../../../lib/prepare.ts';
import { HelmError, openHelm, type Helm, type Rendered, type Values } from '../helm.ts';
import { environmentOf, podsOf, secretsOf, type PodOf } from '../pods.ts';

interface CronJobSpec {
  readonly schedule: string;
  readonly timeZone?: string;
  readonly suspend?: boolean;
  readonly concurrencyPolicy: string;
  readonly jobTemplate: {
    readonly spec: { readonly backoffLimit: number; readonly activeDeadlineSeconds: number };
  };
}

const EXTERNAL = {
  postgres: {
    mode: 'external',
    existingSecret: 'my-postgres',
    external: {
      host: 'db.example.org',
      addresses: ['192.0.2.1'],
      owner: 'me',
      caSecret: 'my-authority',
    },
  },
};

describe('chart: backups', function () {
  this.timeout(60_000);
  let helm: Helm;
  before(async () => (helm = await openHelm()));
  after(() => helm.remove());

  const find = (objects: readonly Rendered[], kind: string, name: string): Rendered | undefined =>
    objects.find((object) => object.kind === kind && object.metadata.name === name);
  const specOf = (objects: readonly Rendered[], name: string): CronJobSpec => {
    const found = find(objects, 'CronJob', name);
    assert.ok(found, name);
    return found['spec'] as CronJobSpec;
  };
  const podOf = (objects: readonly Rendered[], name: string): PodOf => {
    const found = podsOf(objects).find(({ owner }) => owner === `CronJob/${name}`);
    assert.ok(found, name);
    return found;
  };
  const environment = (pod: PodOf) => {
    const [container] = pod.spec.containers;
    assert.ok(container);
    return environmentOf(container, () => 'password');
  };

  for (const [what, values, taken] of [
    ['of the bundled Postgres', {}, true],
    ['when they are turned off', { backup: { enabled: false } }, false],
    ['of a Postgres of one’s own', EXTERNAL, false],
    ['of that when they are turned on', { ...EXTERNAL, backup: { enabled: true } }, true],
    [
      'of that when there is a claim for them',
      { ...EXTERNAL, backup: { storage: { existingClaim: 'mine' } } },
      true,
    ],
  ] as const)
    it(`are ${taken ? '' : 'not '}taken ${what}`, async () => {
      const objects = await helm.render(values);
      assert.equal(find(objects, 'CronJob', 'duckmon-backup') !== undefined, taken);
      assert.equal(find(objects, 'Secret', 'duckmon-backup-key') !== undefined, taken);
    });

  it('run one at a time, end in time, and by the role that reads alone', async () => {
    const objects = await helm.render({
      backup: { schedule: '0 */6 * * *', keep: 3, deadlineSeconds: 600 },
    });
    const { schedule, timeZone, concurrencyPolicy, suspend, jobTemplate } = specOf(
      objects,
      'duckmon-backup',
    );
    assert.deepEqual(
      [schedule, timeZone, concurrencyPolicy, suspend],
      ['0 */6 * * *', 'Etc/UTC', 'Forbid', undefined],
    );
    assert.equal(jobTemplate.spec.activeDeadlineSeconds, 600);
    const pod = podOf(objects, 'duckmon-backup');
    assert.equal(pod.labels[LABELS.component], 'backup');
    assert.equal(pod.spec.serviceAccountName, 'duckmon-backup');
    assert.deepEqual(pod.spec.containers[0]?.args, ['run']);
    assert.deepEqual(secretsOf(pod).toSorted(), ['duckmon-backup-key', 'duckmon-postgres']);
    const env = environment(pod);
    assert.equal(env['BACKUP_KEEP'], '3');
    assert.equal(
      env['DATABASE_URL'],
      'postgresql://mon_backup:password@duckmon-postgres:5432/duckmon',
    );
    const text = readFileSync(path.join(root, 'services/store/backups/job.ts'), 'utf8');
    for (const name of Object.keys(env))
      if (name !== 'DATABASE_PASSWORD') assert.ok(text.includes(name), name);
  });

  it('are restored by the owner, only by hand, and from a volume that is read alone', async () => {
    const objects = await helm.render({ ...EXTERNAL, backup: { enabled: true } });
    const { suspend, jobTemplate } = specOf(objects, 'duckmon-restore');
    assert.deepEqual([suspend, jobTemplate.spec.backoffLimit], [true, 0]);
    const pod = podOf(objects, 'duckmon-restore');
    assert.equal(pod.labels[LABELS.component], 'restore');
    const [container] = pod.spec.containers;
    assert.deepEqual(container?.args, ['restore', 'latest', '--force']);
    const mount = container.volumeMounts?.find(({ name }) => name === 'backups');
    assert.equal(mount?.readOnly, true);
    const env = environment(pod);
    assert.equal(mount.mountPath, env['BACKUP_FOLDER']);
    assert.match(
      env['DATABASE_URL'] ?? '',
      /^postgresql:\/\/me:password@db\.example\.org:5432\/duckmon\?sslmode=verify-full&sslrootcert=/,
    );
    assert.deepEqual(secretsOf(pod).toSorted(), [
      'duckmon-backup-key',
      'my-authority',
      'my-postgres',
    ]);
  });

  it('use the key and the claim that are given', async () => {
    const objects = await helm.render({
      backup: { existingSecret: 'my-key', storage: { existingClaim: 'my-claim' } },
    });
    assert.equal(find(objects, 'PersistentVolumeClaim', 'duckmon-backups'), undefined);
    assert.equal(find(objects, 'Secret', 'duckmon-backup-key'), undefined);
    for (const name of ['duckmon-backup', 'duckmon-restore']) {
      const pod = podOf(objects, name);
      assert.ok(secretsOf(pod).includes('my-key'));
      const claims = pod.spec.volumes?.flatMap((volume) => volume.persistentVolumeClaim ?? []);
      assert.deepEqual(claims, [{ claimName: 'my-claim' }]);
    }
  });

  for (const [keep, postgresKeep, dataKey] of [
    [true, false, 'true'],
    [false, false, 'false'],
    [false, true, 'true'],
  ] as const)
    it(`are ${keep ? '' : 'not '}left with their keys when the release goes and its database is ${postgresKeep ? '' : 'not '}kept`, async () => {
      const objects = await helm.render({
        backup: { storage: { keep } },
        postgres: { bundled: { keep: postgresKeep } },
      });
      for (const [kind, name] of [
        ['PersistentVolumeClaim', 'duckmon-backups'],
        ['Secret', 'duckmon-backup-key'],
      ] as const)
        assert.deepEqual(
          find(objects, kind, name)?.metadata.annotations,
          keep ? { 'helm.sh/resource-policy': 'keep' } : undefined,
        );
      const hook = podsOf(objects).find(({ owner }) => owner === 'Job/duckmon-uninstall');
      assert.ok(hook);
      assert.equal(environment(hook)['KEEP_DATA_KEY'], dataKey);
    });

  for (const [what, backup] of [
    ['a schedule with four fields', { schedule: '0 2 * *' }],
    ['to keep none', { keep: 0 }],
    ['a size without a unit', { storage: { size: '10' } }],
    ['a value that does not exist', { encrypt: false }],
  ] as readonly (readonly [string, Values])[])
    it(`refuse ${what}`, async () => {
      await assert.rejects(
        helm.render({ backup }),
        (error) => error instanceof HelmError && error.message.includes('/backup'),
      );
    });
});
