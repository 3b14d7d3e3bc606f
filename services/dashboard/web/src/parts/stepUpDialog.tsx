/** Asks for a second factor when something needs one, and lets it go on then. */
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call, onStepUp, type Factor } from '../api.ts';
import { askPasskey } from './ceremony.ts';
import { Failure } from './notice.tsx';
import { t } from '../texts/texts.ts';

interface Asked {
  readonly factors: readonly Factor[];
  readonly answer: (shown: boolean) => void;
}

/** One for the whole page; every call of the API that needs a factor opens it. */
export function StepUpDialog() {
  const [asked, setAsked] = useState<Asked>();
  useEffect(
    () =>
      onStepUp(
        (factors) =>
          new Promise((answer) =>
            setAsked((before) => {
              before?.answer(false);
              return { factors, answer };
            }),
          ),
      ),
    [],
  );
  if (!asked) return null;
  const finish = (shown: boolean) => {
    asked.answer(shown);
    setAsked(undefined);
  };
  return <Dialog factors={asked.factors} finish={finish} />;
}

interface DialogProps {
  readonly factors: readonly Factor[];
  readonly finish: (shown: boolean) => void;
}

function Dialog({ factors, finish }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const done = () => finish(true);
  return (
    <dialog ref={dialog} aria-labelledby="step-up" onClose={() => finish(false)}>
      <h2 id="step-up">{t('signIn.stepUp.title')}</h2>
      <p className="muted">{t('signIn.stepUp.counts')}</p>
      {factors.includes('passkey') && <ByPasskey done={done} />}
      {factors.includes('totp') && (
        <ByCode done={done} path="/step-up/totp" label={t('signIn.stepUp.appCode')} isNumber />
      )}
      {factors.includes('recovery') && (
        <details>
          <summary>{t('signIn.stepUp.useRecoveryCode')}</summary>
          <ByCode done={done} path="/step-up/recovery" label={t('signIn.stepUp.recoveryCode')} />
        </details>
      )}
      <button type="button" className="quiet" onClick={() => finish(false)}>
        {t('frame.cancel')}
      </button>
    </dialog>
  );
}

function ByPasskey({ done }: { readonly done: () => void }) {
  const passkey = useMutation({
    mutationFn: async () => call('POST', '/step-up/passkey', { response: await askPasskey() }),
    onSuccess: done,
  });
  return (
    <>
      <button
        type="button"
        className="primary"
        disabled={passkey.isPending}
        onClick={() => passkey.mutate()}
      >
        {t('signIn.stepUp.usePasskey')}
      </button>
      {passkey.error && <Failure error={passkey.error} />}
    </>
  );
}

interface ByCodeProps {
  readonly path: string;
  readonly label: string;
  readonly isNumber?: boolean;
  readonly done: () => void;
}

function ByCode({ path, label, isNumber = false, done }: ByCodeProps) {
  const [code, setCode] = useState('');
  const check = useMutation({ mutationFn: () => call('POST', path, { code }), onSuccess: done });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        check.mutate();
      }}
    >
      <label htmlFor={path}>{label}</label>
      <input
        id={path}
        value={code}
        onChange={(event) => setCode(event.target.value)}
        inputMode={isNumber ? 'numeric' : 'text'}
        autoComplete={isNumber ? 'one-time-code' : 'off'}
        autoCapitalize="none"
        spellCheck={false}
        required
      />
      <button type="submit" disabled={check.isPending}>
        {t('signIn.stepUp.confirm')}
      </button>
      {check.error && <Failure error={check.error} />}
    </form>
  );
}
