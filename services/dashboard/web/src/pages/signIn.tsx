/** Signs in: by the provider, or by the one-time link that `up` prints. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call, get } from '../api.ts';
import { Failure, Loading } from '../parts/notice.tsx';
import { problemWords, signInAddress } from '../parts/signInWords.ts';

/** How one can sign in here. */
interface Ways {
  readonly link: boolean;
  readonly provider: { readonly name: string; readonly url: string } | null;
}

export function SignInPage() {
  const parameters = new URLSearchParams(location.search);
  const ways = useQuery({
    queryKey: ['sign-in'],
    queryFn: () => get<Ways>('/sign-in'),
    refetchInterval: false,
  });
  return (
    <main className="narrow">
      <h1 className="brand">duckmon</h1>
      <p>
        Watches web pages and tells you, with proof, when something that matters to you changed.
      </p>
      {parameters.has('signed-out') && <p className="note">You are signed out.</p>}
      {ways.isPending && <Loading />}
      {ways.error && <Failure error={ways.error} />}
      {ways.data && <SignInWays ways={ways.data} parameters={parameters} />}
    </main>
  );
}

function SignInWays({
  ways: { link, provider },
  parameters,
}: {
  readonly ways: Ways;
  readonly parameters: URLSearchParams;
}) {
  const problem = problemWords(parameters.get('problem'), provider?.name ?? 'the provider');
  return (
    <>
      {problem && (
        <section role="alert" className="caution">
          <h2>{problem.title}</h2>
          <p>{problem.text}</p>
          <p>{problem.next}</p>
        </section>
      )}
      {provider && (
        <p>
          <a
            className="button"
            href={signInAddress(provider.url, location.pathname + location.search)}
          >
            Sign in with {provider.name}
          </a>
        </p>
      )}
      {link && <LinkForm token={parameters.get('token') ?? ''} />}
      {!link && !provider && (
        <p className="alert">
          No way to sign in is configured. Whoever runs this duckmon sets GOOGLE_CLIENT_ID,
          GOOGLE_CLIENT_SECRET and SIGN_IN_ALLOW.
        </p>
      )}
    </>
  );
}

function LinkForm({ token: given }: { readonly token: string }) {
  const [token, setToken] = useState(given);
  const [, go] = useLocation();
  const queries = useQueryClient();
  const signIn = useMutation({
    mutationFn: () => call('POST', '/sign-in', { token: tokenOf(token) }),
    onSuccess: async () => {
      await queries.resetQueries({ queryKey: ['me'] });
      go('/', { replace: true });
    },
  });
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <label htmlFor="token">Sign-in link</label>
        <input
          id="token"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          autoComplete="off"
          placeholder="Paste the link that ./scripts/up printed"
          required
        />
        <button type="submit" className="primary" disabled={signIn.isPending}>
          Sign in
        </button>
      </form>
      {signIn.error && <Failure error={signIn.error} />}
      <p className="muted">
        A link works once. For another one run <code>./scripts/up</code>, also while duckmon runs.
      </p>
    </>
  );
}

/** A whole link may be pasted, or its token alone. */
function tokenOf(text: string): string {
  const found = /[?&]token=([\w-]+)/.exec(text);
  return found?.[1] ?? text.trim();
}
