import { RIGHTS } from './rights.ts';
import { seen, ABSENT, itTells } from './testing/snapshot.ts';

describe('the examination of the caller’s rights', () => {
  itTells([
    [
      'a right that the caller lacks',
      { lacking: seen(RIGHTS.filter(({ subresource }) => subresource === 'exec')) },
      /^warn rights: you may not create pods\/exec in the namespace of the platform; without it these fail: sign-in/,
    ],
    ['rights that cannot be asked for', { lacking: ABSENT }, /^warn rights: cannot be asked for/],
  ]);
});
