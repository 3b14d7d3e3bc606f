/** A button that saves a file of the API. */
import { useMutation } from '@tanstack/react-query';
import { download } from '../api.ts';
import { Failure } from './notice.tsx';
import { t } from '../texts/texts.ts';

interface Props {
  readonly path: string;
  readonly label: string;
}

export function CopyButton({ path, label }: Props) {
  const copy = useMutation({
    mutationFn: async () => {
      const { name, content } = await download(path);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(content);
      link.download = name;
      link.click();
      URL.revokeObjectURL(link.href);
    },
  });
  return (
    <>
      <button type="button" disabled={copy.isPending} onClick={() => copy.mutate()}>
        {copy.isPending ? t('frame.writing') : label}
      </button>
      {copy.error && <Failure error={copy.error} />}
    </>
  );
}
