/** Second factors of the person: passkeys, an authenticator app, recovery codes. */
import { useState } from 'react';
import { Link } from 'wouter';
import { AuthenticatorApp } from '../parts/authenticatorApp.tsx';
import { Changes } from '../parts/factorChanges.tsx';
import { useFactors, type Factors } from '../parts/factors.ts';
import { Failure, Loading } from '../parts/notice.tsx';
import { Passkeys } from '../parts/passkeys.tsx';
import { RecoveryCodesLeft, ShownCodes } from '../parts/recoveryCodes.tsx';
import { t } from '../texts/texts.ts';

export function SecurityPage() {
  const factors = useFactors();
  if (factors.isPending) return <Loading />;
  if (factors.error) return <Failure error={factors.error} />;
  return (
    <>
      <p className="crumbs">
        <Link href="/account">{t('security.account')}</Link>
      </p>
      <h1>{t('security.title')}</h1>
      <p className="muted">{t('security.about')}</p>
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
      <h2>{t('security.passkeys.title')}</h2>
      <Passkeys factors={factors} onCodes={setCodes} />
      <h2>{t('security.app.title')}</h2>
      <AuthenticatorApp app={factors.app} onCodes={setCodes} />
      {hasFactor && (
        <>
          <h2>{t('security.codes.title')}</h2>
          <RecoveryCodesLeft left={factors.recoveryCodesLeft} onCodes={setCodes} />
        </>
      )}
      <h2>{t('security.changes')}</h2>
      <Changes changes={factors.changes} />
    </>
  );
}

const FirstFactor = ({ mayEnrol }: { readonly mayEnrol: boolean }) => (
  <p className="caution">{mayEnrol ? t('security.firstMay') : t('security.firstTooLate')}</p>
);
