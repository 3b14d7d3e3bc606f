/** Decides, and says, whether duckmon may serve people on the Internet from this host. */
import { factsOf, type Look } from './facts.ts';
import { faultsOf, notesOf } from './rules.ts';

/** @returns whether nothing is missing; every fault is said, each with what to do. */
export function isReadyForProduction(look: Look, say: (line: string) => void): boolean {
  const facts = factsOf(look);
  const faults = faultsOf(facts);
  if (faults.length > 0) {
    say(
      `production does not start; ${faults.length === 1 ? 'this is' : `these ${faults.length} are`} to be mended:`,
    );
    for (const fault of faults) say(`  - ${fault}`);
    return false;
  }
  for (const note of notesOf(facts)) say(`note: ${note}`);
  return true;
}
