import assert from 'node:assert/strict';
import { atMost, createUndo } from './undo.ts';

describe('undoing what was started', () => {
  const started = (done: string[], ...names: string[]) => {
    const undo = createUndo();
    for (const name of names)
      undo.add(() => {
        done.push(name);
        if (name.startsWith('bad')) throw new Error(name);
      });
    return undo;
  };

  it('goes from the last step to the first', async () => {
    const done: string[] = [];
    await started(done, 'database', 'services').run();
    assert.deepEqual(done, ['services', 'database']);
  });

  it('goes on after a step that fails, and throws the first failure', async () => {
    const done: string[] = [];
    await assert.rejects(
      started(done, 'database', 'bad shop', 'bad services').run(),
      /bad services/,
    );
    assert.deepEqual(done, ['bad services', 'bad shop', 'database']);
  });

  it('undoes nothing twice', async () => {
    const done: string[] = [];
    const undo = started(done, 'database');
    await undo.run();
    await undo.run();
    assert.deepEqual(done, ['database']);
  });
});

describe('waiting for an end', () => {
  it('is over when the work is, and passes on its failure', async () => {
    await atMost(60_000, Promise.resolve());
    await assert.rejects(atMost(60_000, Promise.reject(new Error('no'))), /no/);
  });

  it('F21 is over in time when the work is not', async () => {
    await atMost(1, new Promise(() => {}));
  });
});
