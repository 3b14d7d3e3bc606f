/** Chooses who is told. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get, type Page } from '../api.ts';
import type { NotificationChannel } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { Failure } from './notice.tsx';

export function ChannelsField({
  chosen,
  locked,
  onChange,
}: {
  readonly chosen: readonly string[];
  /** Why it cannot be changed here; '' when that is said elsewhere. */
  readonly locked?: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  const channels = useQuery({
    queryKey: ['channels'],
    queryFn: () => get<Page<NotificationChannel>>('/channels?limit=200'),
  });
  const names = channels.data?.items.map(({ metadata }) => metadata.name) ?? [];
  return (
    <fieldset className="field" disabled={locked !== undefined}>
      <legend>{t('form.channels.title')}</legend>
      {locked !== undefined && locked !== '' && <p className="muted">{locked}</p>}
      {channels.error && <Failure error={channels.error} />}
      <p className="muted">{t('form.channels.always')}</p>
      <div className="row">
        {names.map((name) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={() =>
                onChange(
                  chosen.includes(name)
                    ? chosen.filter((each) => each !== name)
                    : [...chosen, name],
                )
              }
            />
            {name}
          </label>
        ))}
      </div>
      {channels.data && names.length === 0 && (
        <p className="muted">
          {t.rich('form.channels.none', {
            make: (words) => <Link href="/channels">{words}</Link>,
          })}
        </p>
      )}
    </fieldset>
  );
}
