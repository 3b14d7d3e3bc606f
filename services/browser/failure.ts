/** The typed ways in which a fetch gives no page. */
import type { FetchResult } from '../core/contracts/browser.ts';
import type { FetchErrorCode } from '../domain/types.ts';

/** Thrown anywhere below a fetch; becomes a `failed` result. Its message is for the monitor's owner. */
export class FetchFailure extends Error {
  readonly code: FetchErrorCode;
  readonly retryAfterSeconds: number | undefined;
  /** Of `stepFailed`: which one, counted from 1. */
  readonly step: number | undefined;

  constructor(
    code: FetchErrorCode,
    message: string,
    extra: {
      readonly cause?: unknown;
      readonly retryAfterSeconds?: number | undefined;
      readonly step?: number | undefined;
    } = {},
  ) {
    super(message, { cause: extra.cause });
    this.name = 'FetchFailure';
    this.code = code;
    this.retryAfterSeconds = extra.retryAfterSeconds;
    this.step = extra.step;
  }
}

export type Timings = FetchResult['timings'];

/** The `failed` answer for a failure. */
export function failedResult(failure: FetchFailure, timings: Timings): FetchResult {
  return {
    kind: 'failed',
    error: {
      code: failure.code,
      message: failure.message,
      ...(failure.retryAfterSeconds === undefined
        ? {}
        : { retryAfterSeconds: failure.retryAfterSeconds }),
      ...(failure.step === undefined ? {} : { step: failure.step }),
    },
    timings,
  };
}

/** The failure that says that a fetch used up its time. */
export const timeoutFailure = (timeoutMs: number): FetchFailure =>
  new FetchFailure(
    'timeout',
    `The page did not finish within ${timeoutMs / 1000} s; raise the monitor's timeout if it is known to be slow.`,
  );
