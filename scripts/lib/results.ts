/** What the tools of a run of tests say of their results, counted, and what failed kept for the end. */

/** Of what failed so many lines a part are said again; all of it stands where the part ran. */
const LINES_AGAIN = 150;

export interface Results {
  passed: number;
  failed: number;
  /** What failed, a text for each part, to be said again behind all parts. */
  readonly failures: string[];
}

/** One part of a run, as its output comes. */
export interface Part {
  /** Takes the next line of the output; true when it is a closing one of mocha. */
  line(text: string): boolean;
  /**
   * Takes the end of the part. One that ran nothing proves nothing, whatever its exit code says, and
   * an exit that is not 0 without a failing test counts as a failed test.
   * @param mayBeEmpty only some titles were asked for, so that a part may have none.
   * @returns what went wrong beside the tests that failed, undefined when nothing did.
   */
  end(code: number, mayBeEmpty: boolean): string | undefined;
}

const PASSING = /^\s+(\d+) passing/;
const FAILING = /^\s+(\d+) failing/;
/** Behind the tests stands the summary of what they covered. */
const COVERAGE = /^=+ Coverage summary =+$/;

/** Counts a part into the results. */
export function beginPart(name: string, results: Results): Part {
  const report: string[] = [];
  let [ran, failed, reporting] = [0, 0, false];
  return {
    line: (text) => {
      const [passing, failing] = [PASSING.exec(text)?.[1], FAILING.exec(text)?.[1]];
      if (COVERAGE.test(text)) reporting = false;
      if (reporting) report.push(text);
      ran += Number(passing ?? 0) + Number(failing ?? 0);
      failed += Number(failing ?? 0);
      results.passed += Number(passing ?? 0);
      results.failed += Number(failing ?? 0);
      reporting ||= failing !== undefined;
      return passing !== undefined || failing !== undefined;
    },
    end: (code, mayBeEmpty) => {
      const isWrong = (code !== 0 && failed === 0) || (ran === 0 && !mayBeEmpty);
      const problem = isWrong ? `exit ${code}${ran === 0 ? ', no test ran' : ''}` : undefined;
      if (isWrong) results.failed += 1;
      if (isWrong || failed > 0) results.failures.push(failureText(name, report, problem));
      return problem;
    },
  };
}

function failureText(name: string, report: readonly string[], problem?: string): string {
  const lines = report.filter((line) => line.trim() !== '');
  const left = lines.length - LINES_AGAIN;
  return [
    `${name}: ${problem === undefined ? 'what failed' : `failed (${problem})`}`,
    ...lines.slice(0, LINES_AGAIN),
    ...(left > 0 ? [`... ${left} more lines stand above, where the part ran`] : []),
  ].join('\n');
}
