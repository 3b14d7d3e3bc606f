/** A button that calls the API, shows that it works, and says what went wrong. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../api.ts';
import { Failure } from './notice.tsx';

interface ActionProps {
  readonly path: string;
  readonly method?: 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly children: React.ReactNode;
  readonly kind?: 'primary' | 'plain';
  /** Says what the words alone do not, as there are several such buttons. */
  readonly label?: string;
}

export function Action({
  path,
  method = 'POST',
  body,
  children,
  kind = 'plain',
  label,
}: ActionProps) {
  const queries = useQueryClient();
  const action = useMutation({
    mutationFn: () => call(method, path, method === 'POST' ? (body ?? {}) : undefined),
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <>
      <button
        type="button"
        className={kind}
        aria-label={label}
        disabled={action.isPending}
        onClick={() => action.mutate()}
      >
        {children}
      </button>
      {action.error && <Failure error={action.error} />}
    </>
  );
}
