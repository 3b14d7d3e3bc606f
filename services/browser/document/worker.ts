/** The thread that reads large documents and PDFs. */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../core/errors.ts';
import { extractText } from '../../domain/extract/text.ts';
import { readPdf } from './pdf.ts';
import { cut, formatOf, optionsOf, readText } from './read.ts';
import type { Document, ReadOutcome, ReadingRules } from './types.ts';

export interface ReadTask {
  readonly document: Document;
  readonly rules: ReadingRules;
  readonly pdfPages: number;
  readonly textCharacters: number;
}

parentPort?.on('message', (task: ReadTask) => {
  void run(task).then((outcome) => parentPort?.postMessage(outcome, []));
});

async function run(task: ReadTask): Promise<ReadOutcome> {
  const { document, rules, textCharacters } = task;
  if (formatOf(document, rules) !== 'Pdf') return readText(document, rules, textCharacters);
  try {
    const { title, text, warnings } = await readPdf(document.body, task.pdfPages);
    const outcome = extractText(text, optionsOf(document, rules));
    if (outcome.kind === 'failed') return outcome;
    return cut({ ...outcome, title, warnings: [...warnings, ...outcome.warnings] }, textCharacters);
  } catch (error) {
    const message = `The PDF cannot be read: ${messageOf(error).slice(0, 200)}`;
    return { kind: 'failed', code: 'decodeFailed', message };
  }
}
