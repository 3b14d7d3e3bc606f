/** Text of a PDF, page by page, with a cap on the pages. Runs in a worker thread only. */
import { getDocumentProxy } from 'unpdf';

export interface PdfText {
  readonly title: string;
  readonly text: string;
  readonly warnings: readonly string[];
}

/**
 * @param maxPages pages that are read; later ones are left out with a warning.
 * @throws whatever pdf.js throws for broken or locked files.
 */
export async function readPdf(body: Uint8Array, maxPages: number): Promise<PdfText> {
  const pdf = await getDocumentProxy(new Uint8Array(body), {
    useSystemFonts: false,
    stopAtErrors: false,
    maxImageSize: 1,
    verbosity: 0,
  });
  try {
    const count = Math.min(pdf.numPages, maxPages);
    const pages: string[] = [];
    for (let number = 1; number <= count; number += 1) pages.push(await textOfPage(pdf, number));
    const info = (await pdf.getMetadata()).info as { Title?: unknown };
    return {
      title: typeof info.Title === 'string' ? info.Title : '',
      text: pages.filter((page) => page !== '').join('\n'),
      warnings:
        pdf.numPages > maxPages
          ? [`Only the first ${maxPages} of ${pdf.numPages} pages of the PDF were read.`]
          : [],
    };
  } finally {
    await pdf.loadingTask.destroy();
  }
}

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

async function textOfPage(pdf: Pdf, number: number): Promise<string> {
  const page = await pdf.getPage(number);
  const content = await page.getTextContent();
  let text = '';
  for (const item of content.items) {
    if (!('str' in item)) continue;
    text += item.str + (item.hasEOL ? '\n' : '');
  }
  page.cleanup();
  return text.trim();
}
