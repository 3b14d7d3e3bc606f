/** Second factors of the person: passkeys, an authenticator app, recovery codes. */
import { useState } from 'react';
import { Link } from 'wouter';
import { AuthenticatorApp } from '../parts/authenticatorApp.tsx';
import { Changes } from '../parts/factorChanges.tsx';
import { useFactors, type Factors } from '../parts/factors.ts';
import { Failure, Loading } from '../parts/notice.tsx';
import { Passkeys } from '../parts/passkeys.tsx';
import { RecoveryCodesLeft, ShownCodes } from '../parts/recoveryCodes.tsx';

export function SecurityPage() {
  const factors = useFactors();
  if (factors.isPending) return <Loading />;
  if (factors.error) return <Failure error={factors.error} />;
  return (
    <>
      <p className="crumbs">
        <Link href="/account">Account</Link>
      </p>
      <h1>Security</h1>
      <p className="muted">
        What administers duckmon asks for a second factor, also after a sign-in by a provider.
      </p>
      <FactorSections factors={factors.data} />
    </>
  );
}

function FactorSections({ factors }: { readonly factors: Factors }) {
  const [codes, setCodes] = useState<readonly string[]>();
  const hasFactor = factors.passkeys.length > 0 || factors.app !== null;
  return (
    <>
      {codes && <ShownCodes codes={codes} done={() => setCodes(undefined)} />}
      {!hasFactor && <FirstFactor mayEnrol={factors.mayEnrol} />}
      <h2>Passkeys</h2>
      <Passkeys factors={factors} onCodes={setCodes} />
      <h2>Authenticator app</h2>
      <AuthenticatorApp app={factors.app} onCodes={setCodes} />
      {hasFactor && (
        <>
          <h2>Recovery codes</h2>
          <RecoveryCodesLeft left={factors.recoveryCodesLeft} onCodes={setCodes} />
        </>
      )}
      <h2>What was changed lately</h2>
      <Changes changes={factors.changes} />
    </>
  );
}

const FirstFactor = ({ mayEnrol }: { readonly mayEnrol: boolean }) => (
  <p className="caution">
    {mayEnrol
      ? 'You have no second factor yet. Add a passkey or an authenticator app.'
      : 'You have no second factor yet. The first is added within five minutes after the sign-in: sign out, sign in again, and come back here.'}
  </p>
);
