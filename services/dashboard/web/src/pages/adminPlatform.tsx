/** How the installation stands, and what is done in an emergency. */
import { AdminAct } from '../parts/adminAct.tsx';
import { TryAgain } from '../parts/adminList.tsx';
import { Badge } from '../parts/badge.tsx';
import { Loading } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { useAdmin } from '../parts/useAdmin.ts';

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
      <Policies objects={platform.data.objects} />
    </>
  );
}

function Freeze({ frozenBy }: Pick<Platform, 'frozenBy'>) {
  return (
    <>
      <h2>
        Checks and messages{' '}
        {frozenBy.length === 0 ? <Badge tone="good">on</Badge> : <Badge tone="bad">frozen</Badge>}
      </h2>
      <p>
        While it is frozen, no check begins and nothing is sent; nothing is lost.
        {frozenBy.includes('operator') &&
          ' The operator holds a freeze, which kubectl monitor resume lifts.'}
      </p>
      {frozenBy.includes('api') ? (
        <AdminAct label="Resume" question="Let checks begin and messages go again?" path="resume" />
      ) : (
        <AdminAct
          label="Freeze"
          question="Freeze all checks and messages of everybody, within five seconds?"
          path="freeze"
        />
      )}
    </>
  );
}

function Credentials() {
  return (
    <>
      <h2>Sessions and tokens</h2>
      <p>
        When credentials may be in wrong hands: everybody signs in again, you too, and makes new
        tokens.
      </p>
      <AdminAct
        label="Revoke everything"
        question="End every session and token of everybody, also your own, within five seconds?"
        path="revoke-all"
        onDone={() => location.assign('/sign-in?signed-out')}
      />
    </>
  );
}

function Keys({ platform: { keys, objects } }: { readonly platform: Platform }) {
  return (
    <>
      <h2>Keys</h2>
      <dl className="facts">
        <dt>Access tokens are signed with</dt>
        <dd>{keys.signing.length === 0 ? 'no key' : keys.signing.join(', ')}</dd>
        {objects === 'cluster' && (
          <>
            <dt>New ones last asked for</dt>
            <dd>
              <Time at={keys.rotationAskedAt} />
            </dd>
            <dt>At once, last</dt>
            <dd>
              <Time at={keys.urgentRotationAskedAt} />
            </dd>
          </>
        )}
      </dl>
      {objects === 'cluster' ? (
        <div className="actions">
          <AdminAct
            label="Rotate"
            question="Ask the operator for new keys, published before they are used? Nobody notices."
            path="rotate"
          />
          <AdminAct
            label="Rotate at once"
            question="Ask the operator for new keys at once, as in an incident? Calls that are under way may fail."
            path="rotate"
            body={{ now: true }}
          />
        </div>
      ) : (
        <p className="muted">
          The keys lie on the machine: npx duckmon generate-keys there, then ./scripts/down &&
          ./scripts/up.
        </p>
      )}
    </>
  );
}

function SignIn({ signIn: { provider, issuer, allow, byLink } }: Pick<Platform, 'signIn'>) {
  return (
    <>
      <h2>Who may sign in</h2>
      <dl className="facts">
        <dt>By a provider</dt>
        <dd>{provider === null ? 'none is configured' : `${provider} (${issuer})`}</dd>
        {provider !== null && (
          <>
            <dt>Domains and addresses</dt>
            <dd>{allow.join(', ')}</dd>
          </>
        )}
        <dt>By a link of whoever runs it</dt>
        <dd>{byLink ? 'yes' : 'no'}</dd>
      </dl>
    </>
  );
}

function Defaults({ defaults: { usdPerMonth, tokensPerMonth } }: Pick<Platform, 'defaults'>) {
  return (
    <>
      <h2>What holds for workspaces without a limit of their own</h2>
      <dl className="facts">
        <dt>Money a month</dt>
        <dd>{usdPerMonth === null ? 'no limit' : `$${usdPerMonth}`}</dd>
        <dt>Tokens a month</dt>
        <dd>{tokensPerMonth === null ? 'no limit' : tokensPerMonth.toLocaleString('en')}</dd>
      </dl>
    </>
  );
}

const Policies = ({ objects }: Pick<Platform, 'objects'>) => (
  <>
    <h2>Policies, pools and conditions</h2>
    <p>
      {objects === 'cluster'
        ? 'They are objects of the cluster, which the operator reads: kubectl get monitorplatforms,workerpools -A.'
        : 'There are none here: they belong to an installation in a cluster, with an operator.'}
    </p>
  </>
);
