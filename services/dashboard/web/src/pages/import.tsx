/** Monitors of another program: choose its file, read what stays behind, create what is wanted. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { call } from '../api.ts';
import { ImportList } from '../parts/importList.tsx';
import {
  programWords,
  PROGRAMS,
  summaryWords,
  whyNot,
  type ImportReport,
  type Program,
} from '../parts/importReport.ts';
import { Failure } from '../parts/notice.tsx';
import { useMayEdit } from '../parts/workspaces.tsx';
import { t } from '../texts/texts.ts';

interface Chosen {
  readonly text: string;
  readonly fileName: string;
  readonly from: Program | undefined;
}

const newNames = ({ objects }: ImportReport): ReadonlySet<string> =>
  new Set(objects.filter(({ state }) => state === 'new').map(({ name }) => name));

export function ImportPage() {
  const mayEdit = useMayEdit();
  return (
    <>
      <p className="crumbs">
        <Link href="/">{t('monitors.title')}</Link>
      </p>
      <h1>{t('imports.title')}</h1>
      {mayEdit ? <Import /> : <p>{t('imports.viewer')}</p>}
    </>
  );
}

function Import() {
  const queries = useQueryClient();
  const [file, setFile] = useState<Chosen>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const ask = useMutation({
    mutationFn: (request: Chosen & { readonly create?: readonly string[] }) =>
      call<ImportReport>('POST', '/imports', request),
    onSuccess: async (report, { text, fileName, from, create }) => {
      setFile({ text, fileName, from });
      setChosen(newNames(report));
      if (create) await queries.invalidateQueries({ queryKey: ['monitors'] });
    },
  });
  const choose = (name: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(name);
    else next.delete(name);
    setChosen(next);
  };
  return (
    <>
      <FileForm isBusy={ask.isPending} onFile={(request) => ask.mutate(request)} />
      {ask.error && <Failure error={ask.error} />}
      <div role="status">{ask.data && <p>{summaryWords(ask.data)}</p>}</div>
      {ask.data && (
        <>
          {file && newNames(ask.data).size > 0 && (
            <div className="actions">
              <button
                type="button"
                className="primary"
                disabled={ask.isPending || chosen.size === 0}
                onClick={() => ask.mutate({ ...file, create: [...chosen] })}
              >
                {t('imports.create', { count: chosen.size })}
              </button>
            </div>
          )}
          <ImportList report={ask.data} chosen={chosen} onChoose={choose} />
        </>
      )}
    </>
  );
}

interface FileFormProps {
  readonly isBusy: boolean;
  readonly onFile: (chosen: Chosen) => void;
}

function FileForm({ isBusy, onFile }: FileFormProps) {
  const [file, setFile] = useState<File>();
  const [from, setFrom] = useState<Program | ''>('');
  const problem = file && whyNot(file);
  const read = async (): Promise<void> => {
    if (!file) return;
    onFile({ text: await file.text(), fileName: file.name, from: from === '' ? undefined : from });
  };
  return (
    <form
      className="wide"
      onSubmit={(event) => {
        event.preventDefault();
        void read();
      }}
    >
      <label htmlFor="import-file">{t('imports.file')}</label>
      <input
        id="import-file"
        type="file"
        accept=".json,.yaml,.yml"
        required
        onChange={(event) => setFile(event.target.files?.[0])}
      />
      <label htmlFor="import-from">{t('imports.program')}</label>
      <select
        id="import-from"
        value={from}
        onChange={(event) => setFrom(event.target.value as Program | '')}
      >
        <option value="">{t('imports.findOut')}</option>
        {PROGRAMS.map((program) => (
          <option key={program} value={program}>
            {programWords(program)}
          </option>
        ))}
      </select>
      <button type="submit" disabled={isBusy || !file || problem !== undefined}>
        {t(isBusy ? 'imports.reading' : 'imports.show')}
      </button>
      {problem !== undefined && (
        <p role="alert" className="alert">
          {problem}
        </p>
      )}
      <p className="muted">{t.rich('imports.which', { code: (words) => <code>{words}</code> })}</p>
    </form>
  );
}
