import assert from 'node:assert/strict';
import type { MonitorState } from '../../../../services/core/contracts/projection.ts';
import { workspacesIn } from '../../workspaces.ts';
import { jobOf, stateOf, UID } from '../monitorjob/testing.ts';
import { nextCheckOf } from './nextCheck.ts';

describe('operator: the next check of a job', () => {
  const asked: string[] = [];
  const ask = (state: MonitorState | undefined, job = jobOf()) => {
    const feed = {
      state: (...at: [string, string, string]) => {
        asked.push(at.join(' '));
        return state;
      },
    };
    return nextCheckOf(feed, workspacesIn('users'))(job)?.toISOString();
  };
  const told = { ...jobOf(), status: { nextCheck: '2026-03-10T13:00:00Z' } };

  it('is what the feed told last', () => {
    assert.equal(ask(stateOf(), told), '2026-03-10T12:15:00.000Z');
  });

  it('is what the status says, while the feed has not told anything since', () => {
    assert.equal(ask(undefined, told), '2026-03-10T13:00:00.000Z');
  });

  it('is unknown while a check runs, and of a new job', () => {
    assert.equal(ask(stateOf({ nextCheck: null }), told), undefined);
    assert.equal(ask(undefined), undefined);
  });

  it('is asked for under the name that the scheduler knows', () => {
    const labels = { 'mon.duckerhub.com/workspace': 'ann' };
    ask(undefined, jobOf({}, { namespace: 'users', name: 'ann-shop', labels }));
    assert.equal(asked.at(-1), `ann shop ${UID}`);
  });
});
