/** The default behaviour of the scripted model: every difference is a match, with a true quote. */
import type { ModelAnswer, ModelRequest } from './answers.ts';

interface Pair {
  readonly section: string;
  readonly old: string;
  readonly new: string;
}

/** Answers about the first difference of the question that it can name. */
export function honestJudge(request: ModelRequest): ModelAnswer {
  const question = request.body.messages.find(({ role }) => role === 'user')?.content ?? '';
  const found = readPairs(question)
    .map(claimOf)
    .find((claim) => claim !== undefined);
  if (!found)
    return { kind: 'json', value: { ...NOTHING, reason: 'No difference could be named.' } };
  const words = [found.before, found.after].filter((value) => value !== null).join(' to ');
  return {
    kind: 'json',
    value: {
      claims: [found],
      reason: 'The page differs in what the goal asks for.',
      code:
        found.kind === 'removed' ? 'disappeared' : found.kind === 'added' ? 'appeared' : 'changed',
      verdict: 'match',
      relevance: 95,
      severity: 'warning',
      summary: `${found.subject} changed: ${words}.`.slice(0, 280),
    },
  };
}

const NOTHING = {
  claims: [],
  reason: '',
  code: 'insufficient',
  verdict: 'undetermined',
  relevance: 0,
  severity: 'info',
  summary: 'Nothing to tell.',
};

/** The old and new lines of each hunk, side by side. */
function readPairs(question: string): Pair[] {
  const fence = /<(page-[0-9a-f]+)>\n([\s\S]*)\n<\/\1>/.exec(question)?.[2] ?? '';
  const pairs: Pair[] = [];
  let section = '';
  let removed: string[] = [];
  let added: string[] = [];
  const close = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1)
      pairs.push({ section, old: removed[at] ?? '', new: added[at] ?? '' });
    removed = [];
    added = [];
  };
  for (const marked of fence.split('\n')) {
    const line = marked.slice(marked.indexOf('|') + 1);
    if (line.startsWith('hunk ')) {
      close();
      const heading = /\| section (.*)$/.exec(line)?.[1] ?? '';
      section = heading === 'none' ? '' : heading;
    } else if (line.startsWith('- ')) removed.push(line.slice(2));
    else if (line.startsWith('+ ')) added.push(line.slice(2));
  }
  close();
  return pairs.filter((pair) => pair.old !== pair.new);
}

interface Claim {
  readonly kind: 'changed' | 'added' | 'removed';
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly quote: string;
  readonly side: 'before' | 'after';
}

function claimOf({ section, old, new: now }: Pair): Claim | undefined {
  const [a, b] = [wordsOf(old), wordsOf(now)];
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const before = a.slice(start, a.length - end).join(' ');
  const after = b.slice(start, b.length - end).join(' ');
  const lead = (b.length > 0 ? b : a)
    .slice(0, start)
    .join(' ')
    .replace(/[:–-]+$/, '')
    .trim();
  const subject = (lead || section || wordsOf(after || before)[0] || '').slice(0, 200);
  if (before === '' && after === '') return undefined;
  const side = after === '' ? 'before' : 'after';
  return {
    kind: before === '' ? 'added' : after === '' ? 'removed' : 'changed',
    subject,
    before: before === '' ? null : before.slice(0, 500),
    after: after === '' ? null : after.slice(0, 500),
    quote: (side === 'after' ? now : old).slice(0, 500),
    side,
  };
}

const wordsOf = (line: string): string[] => line.split(/\s+/).filter((word) => word !== '');
