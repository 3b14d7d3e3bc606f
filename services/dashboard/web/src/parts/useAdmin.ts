/** What administrators look at: asked for once and when they act, for each question may ask for a second factor. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { get, type Page } from '../api.ts';

const once = { refetchInterval: false, refetchOnWindowFocus: false, retry: false } as const;

export const useAdmin = <T>(path: string) =>
  useQuery({ queryKey: ['admin', path], queryFn: () => get<T>(`/admin/${path}`), ...once });

/** A list, page by page. Filters without a value are left out. */
export function useAdminList<T>(name: string, filters: Readonly<Record<string, string>>) {
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ''));
  const list = useInfiniteQuery({
    queryKey: ['admin', name, query.toString()],
    queryFn: ({ pageParam }) => {
      const asked = new URLSearchParams(query);
      if (pageParam !== '') asked.set('cursor', pageParam);
      return get<Page<T>>(`/admin/${name}?${asked.toString()}`);
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    ...once,
  });
  return { list, items: list.data?.pages.flatMap(({ items }) => items) ?? [] };
}
