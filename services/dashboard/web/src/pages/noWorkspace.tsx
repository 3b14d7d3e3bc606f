/** Somebody who signed in, and may see no workspace yet: what to ask for, and whom. */
import { useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { SignOut } from '../parts/header.tsx';
import { bindingCommands, kubernetesUserIn } from '../parts/noWorkspaceWords.ts';
import { OwnInvitations } from '../parts/ownInvitations.tsx';
import { t } from '../texts/texts.ts';

export function NoWorkspacePage({ whyNone }: { readonly whyNone: string }) {
  const queries = useQueryClient();
  const user = kubernetesUserIn(whyNone);
  return (
    <main className="narrow">
      <h1 className="brand">duckmon</h1>
      <h2>{t('members.none.title')}</h2>
      <OwnInvitations />
      {user === undefined ? <p className="caution">{whyNone}.</p> : <AskFor user={user} />}
      <div className="actions">
        <button
          type="button"
          className="primary"
          onClick={() => void queries.resetQueries({ queryKey: ['me'] })}
        >
          {t('members.none.again')}
        </button>
        <SignOut />
      </div>
      <p>
        <Link href="/account/data">{t('members.none.yourData')}</Link>
      </p>
    </main>
  );
}

function AskFor({ user }: { readonly user: string }) {
  return (
    <>
      <p>{t('members.none.ask')}</p>
      <p className="note">
        <code className="key">{user}</code>
      </p>
      <details>
        <summary>{t('members.none.forAdministrator')}</summary>
        <p>{t('members.none.putName')}</p>
        <pre>{bindingCommands(user)}</pre>
      </details>
      <p className="muted">{t('members.none.soon')}</p>
    </>
  );
}
