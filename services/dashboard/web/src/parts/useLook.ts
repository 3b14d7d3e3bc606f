/** Looks at a page with what was typed, and keeps the picture that was taken of it. */
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api.ts';
import type { Preview, PreviewPicture } from '../objects.ts';

export interface Wish {
  readonly manifest: object;
  /** A browser takes a picture of the page as well, which takes longer. */
  readonly picture?: boolean;
}

export interface Look {
  readonly seen: UseMutationResult<Preview, Error, Wish>;
  readonly picture: PreviewPicture | undefined;
}

/** A look without a picture keeps the last one: what was chosen on it is seen in the text. */
export function useLook(): Look {
  const [picture, setPicture] = useState<PreviewPicture>();
  const seen = useMutation({
    mutationFn: ({ manifest, picture: wanted = false }: Wish) =>
      call<Preview>('POST', '/preview', { manifest, picture: wanted }),
    onSuccess: ({ sources }, { picture: wanted }) => {
      if (wanted) setPicture(sources[0]?.picture);
    },
  });
  return { seen, picture };
}
