/** What axe finds wrong with a page, for people who see, hear or move otherwise. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Each rule that is violated, with the elements that do. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the content security policy does not concern.
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>(
    `${AXE}; axe.run()`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
