/** The request of a fetch, with what a test does not care about filled in. */
import type { FetchRequest } from '../../core/contracts/browser.ts';
import { testSource } from '../../store/testing/monitors.ts';
import { toFetchSource } from '../check/via.ts';

export const CHECK_ID = '0190c0de-0000-7000-8000-000000000001';

export const fetchRequestOf = (patch: Partial<FetchRequest> = {}): FetchRequest => ({
  workspace: 'team',
  monitor: 'shop',
  checkId: CHECK_ID,
  source: toFetchSource(testSource(), {}),
  via: 'http',
  probeJavaScript: false,
  screenshot: false,
  keepDocument: false,
  timeoutMs: 5_000,
  ownBrowser: false,
  egressCredential: '',
  ...patch,
});
