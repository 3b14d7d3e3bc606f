/** What the operator says of the installation: conditions, pools, and what pages may reach inside. */
import { t } from '../texts/texts.ts';
import { TryAgain } from './adminList.tsx';
import { Badge, type Tone } from './badge.tsx';
import { Loading } from './notice.tsx';
import { Time } from './time.tsx';
import { useAdmin } from './useAdmin.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly since: string;
}

interface Pool {
  readonly name: string;
  readonly role: 'Browser' | 'LLM';
  readonly replicas: number;
  readonly ready: number;
  readonly slots: number;
  readonly slotsNeeded: number;
  readonly conditions: readonly Condition[];
}

interface Allowed {
  readonly target: string;
  readonly ports: readonly number[];
  readonly namespaces: readonly string[] | null;
}

interface PlatformLook {
  readonly conditions: readonly Condition[];
  readonly pools: readonly Pool[];
  readonly allow: readonly Allowed[];
}

export function PlatformState() {
  const cluster = useAdmin<{ readonly platform: PlatformLook | null }>('cluster');
  if (cluster.isPending) return <Loading />;
  if (!cluster.data) return <TryAgain error={cluster.error} again={() => void cluster.refetch()} />;
  const { platform } = cluster.data;
  if (platform === null) return <p>{t('admin.platform.notRead')}</p>;
  return (
    <>
      <h3>{t('admin.platform.conditions')}</h3>
      <Conditions conditions={platform.conditions} />
      <h3>{t('admin.platform.pools')}</h3>
      <Pools pools={platform.pools} />
      <h3>{t('admin.platform.opened')}</h3>
      <Opened allow={platform.allow} />
    </>
  );
}

/** All say by True that something is well, but for these. */
const UNWELL_WHEN_TRUE: Readonly<Record<string, Tone>> = {
  Frozen: 'bad',
  KeysLost: 'bad',
  DataKeyLost: 'bad',
  DataKeyRotating: 'news',
  Paused: 'warn',
};

const isWell = ({ type, status }: Condition): boolean =>
  status === (type in UNWELL_WHEN_TRUE ? 'False' : 'True');

function toneOf(condition: Condition): Tone {
  if (isWell(condition)) return 'good';
  return condition.status === 'Unknown' ? 'warn' : (UNWELL_WHEN_TRUE[condition.type] ?? 'bad');
}

const Conditions = ({ conditions }: Pick<PlatformLook, 'conditions'>) => (
  <ul className="lines">
    {conditions.map((condition) => (
      <li key={condition.type}>
        <Badge tone={toneOf(condition)}>
          {condition.type}: {condition.status}
        </Badge>{' '}
        {condition.reason}{' '}
        <span className="muted">
          {t.rich('admin.platform.since', { at: () => <Time at={condition.since} /> })}
        </span>
        {condition.message !== '' && <p>{condition.message}</p>}
      </li>
    ))}
  </ul>
);

function Pools({ pools }: Pick<PlatformLook, 'pools'>) {
  if (pools.length === 0) return <p>{t('admin.platform.noPools')}</p>;
  return (
    <table className="list">
      <thead>
        <tr>
          {(['name', 'does', 'ready', 'slots', 'conditions'] as const).map((column) => (
            <th key={column} scope="col">
              {t(`admin.platform.pool.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {pools.map((pool) => (
          <PoolRow key={pool.name} pool={pool} />
        ))}
      </tbody>
    </table>
  );
}

function PoolRow({ pool }: { readonly pool: Pool }) {
  const ill = pool.conditions.filter((condition) => !isWell(condition));
  return (
    <tr>
      <th scope="row">{pool.name}</th>
      <td data-label={t('admin.platform.pool.does')}>
        {t(`admin.platform.pool.roles.${pool.role}`)}
      </td>
      <td data-label={t('admin.platform.pool.ready')}>
        {t('admin.platform.pool.of', { part: pool.ready, all: pool.replicas })}
      </td>
      <td data-label={t('admin.platform.pool.slots')}>
        {t('admin.platform.pool.slotsNeeded', { slots: pool.slots, needed: pool.slotsNeeded })}
      </td>
      <td data-label={t('admin.platform.pool.conditions')}>
        {ill.length === 0
          ? t('admin.platform.pool.well')
          : ill.map(({ type, reason, message }) => (
              <p key={type}>
                <Badge tone="bad">
                  {type}: {reason}
                </Badge>{' '}
                {message}
              </p>
            ))}
      </td>
    </tr>
  );
}

function Opened({ allow }: Pick<PlatformLook, 'allow'>) {
  if (allow.length === 0) return <p>{t('admin.platform.nothingOpened')}</p>;
  return (
    <ul className="lines">
      {allow.map((entry) => (
        <li key={JSON.stringify(entry)}>{openedWords(entry)}</li>
      ))}
    </ul>
  );
}

function openedWords({ target, ports, namespaces }: Allowed): string {
  const list = (items: readonly (string | number)[]): string => items.join(', ');
  return namespaces === null
    ? t('admin.platform.openedForAll', { target, ports: list(ports) })
    : t('admin.platform.openedFor', { target, ports: list(ports), namespaces: list(namespaces) });
}
