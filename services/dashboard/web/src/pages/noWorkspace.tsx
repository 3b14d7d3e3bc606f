/** Somebody who signed in, and may see no workspace yet: what to ask for, and whom. */
import { useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { SignOut } from '../parts/header.tsx';
import { bindingCommands, kubernetesUserIn } from '../parts/noWorkspaceWords.ts';
import { OwnInvitations } from '../parts/ownInvitations.tsx';

export function NoWorkspacePage({ whyNone }: { readonly whyNone: string }) {
  const queries = useQueryClient();
  const user = kubernetesUserIn(whyNone);
  return (
    <main className="narrow">
      <h1 className="brand">duckmon</h1>
      <h2>You are signed in, and have no workspace yet</h2>
      <OwnInvitations />
      {user === undefined ? <p className="caution">{whyNone}.</p> : <AskFor user={user} />}
      <div className="actions">
        <button
          type="button"
          className="primary"
          onClick={() => void queries.resetQueries({ queryKey: ['me'] })}
        >
          Look again
        </button>
        <SignOut />
      </div>
      <p>
        <Link href="/account/data">Your data</Link>
      </p>
    </main>
  );
}

function AskFor({ user }: { readonly user: string }) {
  return (
    <>
      <p>
        What a team watches lies in a namespace of Kubernetes, and who may see it there may see it
        here. Ask whoever administers the cluster for your team’s, and give them the name under
        which Kubernetes knows you:
      </p>
      <p className="note">
        <code className="key">{user}</code>
      </p>
      <details>
        <summary>For the administrator</summary>
        <p>
          Put the name of the namespace in place of NAMESPACE. For seeing, get and list suffice.
        </p>
        <pre>{bindingCommands(user)}</pre>
      </details>
      <p className="muted">Within ten seconds after that you are in.</p>
    </>
  );
}
