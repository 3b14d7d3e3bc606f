/** How much of what a monitor told was right, by what people said of it. */
import { useQuery } from '@tanstack/react-query';
import { get } from '../api.ts';
import { t } from '../texts/texts.ts';
import { precisionWords, type Precision } from './precisionWords.ts';

/** Nothing before anything was rated. */
export function PrecisionLine({ path }: { readonly path: string }) {
  const found = useQuery({
    queryKey: ['precision', path],
    queryFn: () => get<Precision>(`${path}/precision`),
  });
  if (!found.data) return null;
  const { told, silent } = found.data;
  if (told.right + told.wrong + silent.right + silent.wrong === 0) return null;
  return (
    <p className="precision">{t('monitor.precision', { words: precisionWords(found.data) })}</p>
  );
}
