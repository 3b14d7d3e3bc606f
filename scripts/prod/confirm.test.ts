import assert from 'node:assert/strict';
import { SetupError } from '../../services/core/errors.ts';
import { confirm } from './confirm.ts';

const QUESTION = 'Throw it away?';
const answers = (text: string) => ({ ask: async () => text });

describe('prod: the question before something is destroyed', () => {
  it('is not asked when the yes is on the command line', async () => {
    await confirm(QUESTION, true, { ask: () => assert.fail('asked') });
  });

  it('goes on with a yes only', async () => {
    for (const yes of ['y', 'Yes', ' yes '])
      await assert.doesNotReject(confirm(QUESTION, false, answers(yes)));
    for (const no of ['', 'n', 'no', 'yesterday', 'duckmon'])
      await assert.rejects(
        confirm(QUESTION, false, answers(no)),
        (error) => error instanceof SetupError && error.message === 'Nothing was changed.',
      );
  });

  it('is a no where nobody can be asked', async () => {
    await assert.rejects(
      confirm(QUESTION, false, { ask: undefined }),
      (error) => error instanceof SetupError && /repeat it with --yes/.test(error.message),
    );
  });
});
