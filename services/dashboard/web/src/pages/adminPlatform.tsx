/** How the installation stands, and what is done in an emergency. */
import { AdminAct } from '../parts/adminAct.tsx';
import { TryAgain } from '../parts/adminList.tsx';
import { Badge } from '../parts/badge.tsx';
import { dollars } from '../parts/money.ts';
import { Loading } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { PlatformState } from '../parts/platformState.tsx';
import { useAdmin } from '../parts/useAdmin.ts';
import { counted, t } from '../texts/texts.ts';

interface Platform {
  readonly frozenBy: readonly ('operator' | 'api')[];
  readonly objects: 'store' | 'cluster';
  readonly keys: {
    readonly signing: readonly string[];
    readonly rotationAskedAt: string | null;
    readonly urgentRotationAskedAt: string | null;
  };
  readonly signIn: {
    readonly provider: string | null;
    readonly issuer: string | null;
    readonly allow: readonly string[];
    readonly byLink: boolean;
  };
  readonly defaults: {
    readonly usdPerMonth: string | null;
    readonly tokensPerMonth: number | null;
  };
}

export function AdminPlatformPage() {
  const platform = useAdmin<Platform>('platform');
  if (platform.isPending) return <Loading />;
  if (!platform.data)
    return <TryAgain error={platform.error} again={() => void platform.refetch()} />;
  return (
    <>
      <Freeze frozenBy={platform.data.frozenBy} />
      <Credentials />
      <Keys platform={platform.data} />
      <SignIn signIn={platform.data.signIn} />
      <Defaults defaults={platform.data.defaults} />
      <h2>{t('admin.platform.policies')}</h2>
      {platform.data.objects === 'cluster' ? (
        <PlatformState />
      ) : (
        <p>{t('admin.platform.noneHere')}</p>
      )}
    </>
  );
}

function Freeze({ frozenBy }: Pick<Platform, 'frozenBy'>) {
  return (
    <>
      <h2>
        {t.rich('admin.platform.checks', {
          state: () =>
            frozenBy.length === 0 ? (
              <Badge tone="good">{t('admin.platform.on')}</Badge>
            ) : (
              <Badge tone="bad">{t('admin.platform.frozen')}</Badge>
            ),
        })}
      </h2>
      <p>
        {t('admin.platform.whileFrozen')}
        {frozenBy.includes('operator') && ` ${t('admin.platform.operatorHolds')}`}
      </p>
      {frozenBy.includes('api') ? (
        <AdminAct
          label={t('admin.platform.resume')}
          question={t('admin.platform.resumeQuestion')}
          path="resume"
        />
      ) : (
        <AdminAct
          label={t('admin.platform.freeze')}
          question={t('admin.platform.freezeQuestion')}
          path="freeze"
        />
      )}
    </>
  );
}

function Credentials() {
  return (
    <>
      <h2>{t('admin.platform.credentials')}</h2>
      <p>{t('admin.platform.inWrongHands')}</p>
      <AdminAct
        label={t('admin.platform.revoke')}
        question={t('admin.platform.revokeQuestion')}
        path="revoke-all"
        onDone={() => location.assign('/sign-in?signed-out')}
      />
    </>
  );
}

function Keys({ platform: { keys, objects } }: { readonly platform: Platform }) {
  return (
    <>
      <h2>{t('admin.platform.keys')}</h2>
      <dl className="facts">
        <dt>{t('admin.platform.signedWith')}</dt>
        <dd>{keys.signing.length === 0 ? t('admin.platform.noKey') : keys.signing.join(', ')}</dd>
        {objects === 'cluster' && (
          <>
            <dt>{t('admin.platform.lastAsked')}</dt>
            <dd>
              <Time at={keys.rotationAskedAt} />
            </dd>
            <dt>{t('admin.platform.lastUrgent')}</dt>
            <dd>
              <Time at={keys.urgentRotationAskedAt} />
            </dd>
          </>
        )}
      </dl>
      {objects === 'cluster' ? (
        <div className="actions">
          <AdminAct
            label={t('admin.platform.rotate')}
            question={t('admin.platform.rotateQuestion')}
            path="rotate"
          />
          <AdminAct
            label={t('admin.platform.rotateNow')}
            question={t('admin.platform.rotateNowQuestion')}
            path="rotate"
            body={{ now: true }}
          />
        </div>
      ) : (
        <p className="muted">{t('admin.platform.keysOnMachine')}</p>
      )}
    </>
  );
}

function SignIn({ signIn: { provider, issuer, allow, byLink } }: Pick<Platform, 'signIn'>) {
  return (
    <>
      <h2>{t('admin.platform.whoSignsIn')}</h2>
      <dl className="facts">
        <dt>{t('admin.platform.byProvider')}</dt>
        <dd>{provider === null ? t('admin.platform.noProvider') : `${provider} (${issuer})`}</dd>
        {provider !== null && (
          <>
            <dt>{t('admin.platform.allowed')}</dt>
            <dd>{allow.join(', ')}</dd>
          </>
        )}
        <dt>{t('admin.platform.byLink')}</dt>
        <dd>{byLink ? t('admin.platform.yes') : t('admin.platform.no')}</dd>
      </dl>
    </>
  );
}

function Defaults({ defaults: { usdPerMonth, tokensPerMonth } }: Pick<Platform, 'defaults'>) {
  return (
    <>
      <h2>{t('admin.platform.defaults')}</h2>
      <dl className="facts">
        <dt>{t('admin.platform.money')}</dt>
        <dd>{usdPerMonth === null ? t('admin.platform.noLimit') : dollars(usdPerMonth)}</dd>
        <dt>{t('admin.platform.tokens')}</dt>
        <dd>{tokensPerMonth === null ? t('admin.platform.noLimit') : counted(tokensPerMonth)}</dd>
      </dl>
    </>
  );
}
