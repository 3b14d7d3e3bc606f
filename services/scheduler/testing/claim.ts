/** A claim of the monitor `shop`, due at noon, with what a test does not care about filled in. */
import type { Claim } from '../../store/claim.ts';
import { NOON, later, testSpec } from '../../store/testing/monitors.ts';

export const claimOf = (patch: Partial<Claim> = {}): Claim => ({
  workspace: 'team',
  monitor: 'shop',
  uid: 'u1',
  generation: 1,
  goalVersion: 1,
  spec: testSpec(),
  workers: null,
  slot: NOON,
  token: 1,
  leaseUntil: later(NOON, 60_000),
  runRequest: undefined,
  buffered: false,
  host: 'shop.example',
  deaths: 0,
  died: false,
  consecutiveFailures: 0,
  failureAlerted: false,
  conditions: [],
  retry: null,
  states: [],
  baselines: [],
  pending: [],
  ...patch,
});
