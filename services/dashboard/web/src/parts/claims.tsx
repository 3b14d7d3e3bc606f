/** The claims of a verdict, each with its quote from the page. */
import type { Claim } from '../objects.ts';
import { t } from '../texts/texts.ts';

export function Claims({ claims }: { readonly claims: readonly Claim[] }) {
  if (claims.length === 0) return null;
  return (
    <ul className="claims">
      {claims.map((claim) => (
        <li key={`${claim.source}/${claim.subject}/${claim.quote}`}>
          <p>
            <strong>{claim.subject}</strong>
            {claim.before !== null && (
              <>
                {' '}
                <del>{claim.before}</del>
              </>
            )}
            {claim.after !== null && (
              <>
                {' '}
                <ins>{claim.after}</ins>
              </>
            )}
          </p>
          <blockquote>
            <mark>{claim.quote}</mark>
            <footer>{t(`check.quoted.${claim.side}`, { source: claim.source })}</footer>
          </blockquote>
        </li>
      ))}
    </ul>
  );
}
