/** All data of the person and of the workspace: a copy of it, and its end. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get, type Me } from '../api.ts';
import { CopyButton } from '../parts/copyButton.tsx';
import { DeleteForm } from '../parts/deleteForm.tsx';
import { Failure, Loading } from '../parts/notice.tsx';
import { useRole, useWorkspaces, type Workspace } from '../parts/workspaces.tsx';
import { t } from '../texts/texts.ts';

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
        <Link href="/account">{t('data.account')}</Link>
      </p>
      <h1>{t('data.title')}</h1>
      <h2>{t('data.take')}</h2>
      <p className="muted">{t('data.about')}</p>
      <ul className="cards">
        <li className="title">
          <span>{t('data.yourAccount')}</span>
          <span className="grow" />
          <CopyButton path="/account/export" label={t('data.downloadAccount')} />
        </li>
        {role === 'owner' && here && (
          <li className="title">
            <span>{t('data.theWorkspace', { name: here.displayName })}</span>
            <span className="grow" />
            <CopyButton path="/workspaces/current/export" label={t('data.downloadWorkspace')} />
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
    <h2>{t('data.deleteWorkspace')}</h2>
    <p>{t('data.workspaceGoes', { name: displayName })}</p>
    <DeleteForm
      path="/workspaces/current"
      confirm={displayName}
      label={t('data.deleteWorkspace')}
      next="/"
    />
  </>
);

function EndOfAccount({ workspaces }: { readonly workspaces: readonly Workspace[] }) {
  const account = useQuery({ queryKey: ['account'], queryFn: () => get<Account>('/account') });
  return (
    <>
      <h2>{t('data.deleteYourAccount')}</h2>
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
        {names.length === 0
          ? t('data.accountGoes')
          : t.rich('data.accountGoesWith', {
              names: names.join(', '),
              strong: (words) => <strong>{words}</strong>,
            })}
      </p>
      <DeleteForm
        path="/account"
        confirm={confirm}
        label={t('data.deleteAccount')}
        next="/sign-in?signed-out"
      />
    </>
  );
}
