/** Signs in by the one-time link that `up` prints. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api.ts';
import { Failure } from '../parts/notice.tsx';

export function SignInPage() {
  const parameters = new URLSearchParams(location.search);
  const [token, setToken] = useState(parameters.get('token') ?? '');
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
    <main className="narrow">
      <h1 className="brand">duckmon</h1>
      <p>
        Watches web pages and tells you, with proof, when something that matters to you changed.
      </p>
      {parameters.has('signed-out') && <p className="note">You are signed out.</p>}
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
        A link works once. For another one run <code>./scripts/up</code> again.
      </p>
    </main>
  );
}

/** A whole link may be pasted, or its token alone. */
function tokenOf(text: string): string {
  const found = /[?&]token=([\w-]+)/.exec(text);
  return found?.[1] ?? text.trim();
}
