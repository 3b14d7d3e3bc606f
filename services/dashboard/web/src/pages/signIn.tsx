/** Signs in: by the provider, or by a one-time link. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call, get } from '../api.ts';
import { LanguageChoice } from '../parts/languageChoice.tsx';
import { Failure, Loading } from '../parts/notice.tsx';
import { problemWords, signInAddress } from '../parts/signInWords.ts';
import { t } from '../texts/texts.ts';

/** How one can sign in here. */
interface Ways {
  readonly link: boolean;
  /** What prints a link. */
  readonly linkCommand: string | null;
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
      <p>{t('signIn.about')}</p>
      {parameters.has('signed-out') && <p className="note">{t('signIn.signedOut')}</p>}
      {ways.isPending && <Loading />}
      {ways.error && <Failure error={ways.error} />}
      {ways.data && <SignInWays ways={ways.data} parameters={parameters} />}
      <LanguageChoice />
    </main>
  );
}

function SignInWays({
  ways: { link, linkCommand, provider },
  parameters,
}: {
  readonly ways: Ways;
  readonly parameters: URLSearchParams;
}) {
  const token = parameters.get('token') ?? '';
  // Beside a provider a link is the way back in for whoever runs this: it is opened, not looked for.
  const asksForLink = link && (provider === null || token !== '');
  const problem = problemWords(
    parameters.get('problem'),
    provider?.name ?? t('signIn.theProvider'),
  );
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
            {t('signIn.signInWith', { provider: provider.name })}
          </a>
        </p>
      )}
      {asksForLink && <LinkForm token={token} command={linkCommand} />}
      {!link && !provider && <p className="alert">{t('signIn.noWay')}</p>}
    </>
  );
}

interface LinkFormProps {
  readonly token: string;
  readonly command: string | null;
}

function LinkForm({ token: given, command }: LinkFormProps) {
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
        <label htmlFor="token">{t('signIn.link')}</label>
        <input
          id="token"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          autoComplete="off"
          placeholder={command === null ? t('signIn.paste') : t('signIn.pasteOf', { command })}
          required
        />
        <button type="submit" className="primary" disabled={signIn.isPending}>
          {t('signIn.signIn')}
        </button>
      </form>
      {signIn.error && <Failure error={signIn.error} />}
      {command !== null && (
        <p className="muted">
          {t.rich('signIn.linkOnce', { command, code: (words) => <code>{words}</code> })}
        </p>
      )}
    </>
  );
}

/** A whole link may be pasted, or its token alone. */
function tokenOf(text: string): string {
  const found = /[?&]token=([\w-]+)/.exec(text);
  return found?.[1] ?? text.trim();
}
