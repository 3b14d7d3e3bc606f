/** The claims of a verdict, each with its quote from the page. */
import type { Claim } from '../objects.ts';

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
            <footer>
              quoted from {claim.source}, {claim.side === 'both' ? 'before and after' : claim.side}
            </footer>
          </blockquote>
        </li>
      ))}
    </ul>
  );
}
