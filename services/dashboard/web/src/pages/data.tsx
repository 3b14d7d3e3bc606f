/** All data of the person and of the workspace: a copy of it, and its end. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get, type Me } from '../api.ts';
import { CopyButton } from '../parts/copyButton.tsx';
import { DeleteForm } from '../parts/deleteForm.tsx';
import { Failure, Loading } from '../parts/notice.tsx';
import { useRole, useWorkspaces, type Workspace } from '../parts/workspaces.tsx';

interface Account {
  readonly end: {
    readonly confirm: string;
    readonly workspaces: readonly string[];
    readonly whyNot: string | null;
  };
}

export function DataPage({ me }: { readonly me: Me }) {
  const role = useRole();
  const workspaces = useWorkspaces();
  const here = workspaces.data?.find(({ id }) => id === me.workspace);
  return (
    <>
      <p className="crumbs">
        <Link href="/account">Account</Link>
      </p>
      <h1>Your data</h1>
      <h2>Take a copy</h2>
      <p className="muted">
        A file of lines of JSON: one for each row that is kept. Passwords, keys and tokens are not
        in it.
      </p>
      <ul className="cards">
        <li className="title">
          <span>Your account: sign-ins, second factors, memberships, tokens, what you did</span>
          <span className="grow" />
          <CopyButton path="/account/export" label="Download your account" />
        </li>
        {role === 'owner' && here && (
          <li className="title">
            <span>
              The workspace {here.displayName}: monitors, channels, history, pictures, findings
            </span>
            <span className="grow" />
            <CopyButton path="/workspaces/current/export" label="Download the workspace" />
          </li>
        )}
      </ul>
      {role === 'owner' && here?.kind === 'team' && <EndOfWorkspace workspace={here} />}
      <EndOfAccount workspaces={workspaces.data ?? []} />
    </>
  );
}

const EndOfWorkspace = ({ workspace: { displayName } }: { readonly workspace: Workspace }) => (
  <>
    <h2>Delete the workspace</h2>
    <p>
      Everything in {displayName} goes, for all its members: monitors stop, nothing more is sent,
      the history is erased. It cannot be undone.
    </p>
    <DeleteForm
      path="/workspaces/current"
      confirm={displayName}
      label="Delete the workspace"
      next="/"
    />
  </>
);

function EndOfAccount({ workspaces }: { readonly workspaces: readonly Workspace[] }) {
  const account = useQuery({ queryKey: ['account'], queryFn: () => get<Account>('/account') });
  return (
    <>
      <h2>Delete your account</h2>
      {account.isPending && <Loading />}
      {account.error && <Failure error={account.error} />}
      {account.data && <Ending end={account.data.end} workspaces={workspaces} />}
    </>
  );
}

interface EndingProps {
  readonly end: Account['end'];
  readonly workspaces: readonly Workspace[];
}

function Ending({ end: { confirm, workspaces: going, whyNot }, workspaces }: EndingProps) {
  if (whyNot !== null) return <p className="caution">{whyNot}</p>;
  const names = going.map((id) => workspaces.find((one) => one.id === id)?.displayName ?? id);
  return (
    <>
      <p>
        You are signed out everywhere at once, your tokens end, and what is kept of you is erased
        {names.length > 0 && (
          <>
            , with the workspace <strong>{names.join(', ')}</strong> and all its monitors
          </>
        )}
        . It cannot be undone.
      </p>
      <DeleteForm
        path="/account"
        confirm={confirm}
        label="Delete the account"
        next="/sign-in?signed-out"
      />
    </>
  );
}
