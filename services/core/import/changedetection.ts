/** changedetection.io: `url-watches.json` of a backup, or single watches. */
import { isRecord } from '../manifest/index.ts';
import { buildAll, type Built, type Convert, type Entry } from './build.ts';
import { filled } from './filled.ts';
import { noteRest, type Fields } from './fields.ts';
import {
  ANY_CHANGE,
  intervalOf,
  noteGoal,
  pageUrl,
  requestOf,
  selectorsOf,
  tagsOf,
} from './parts.ts';
import { conditionsOf, ignoredText } from './changedetectionText.ts';
import { BOOKKEEPING, DEFAULTS, UNSUPPORTED } from './changedetectionFields.ts';
import { stepsOf } from './changedetectionSteps.ts';
import { msOf, scheduleOf } from './changedetectionTimes.ts';
import { recordsOf } from './read.ts';
import { CHANNEL_TODO, labelOf, type ImportNote, type Notes } from './report.ts';

const isWatch = (value: unknown): boolean =>
  isRecord(value) && typeof value['url'] === 'string' && !('apiVersion' in value);

/** A backup, the watches by their ids, a list of watches, or one watch. */
export const isChangedetection = (value: unknown): boolean =>
  isWatch(value) ||
  (isRecord(value) && isRecord(value['watching'])) ||
  (Array.isArray(value) && value.some(isWatch)) ||
  (isRecord(value) && Object.values(value).some(isWatch));

/** What the installation says for all watches. */
interface Settings {
  readonly intervalMs: number | undefined;
  /** Titles of tags by their ids. */
  readonly tags: ReadonlyMap<string, string>;
}

function settingsOf(value: unknown): Settings {
  const settings = at(value, 'settings');
  const tags = Object.entries(at(at(settings, 'application'), 'tags'));
  return {
    intervalMs: msOf(at(at(settings, 'requests'), 'time_between_check')),
    tags: new Map(tags.map(([id, tag]) => [id, isRecord(tag) ? labelOf(tag['title']) : ''])),
  };
}

const at = (value: unknown, key: string): Readonly<Record<string, unknown>> => {
  const child = isRecord(value) ? value[key] : undefined;
  return isRecord(child) ? child : {};
};

function entriesOf(value: unknown): Entry[] {
  if (isWatch(value)) return [{ place: 'watch', value }];
  const watching = isRecord(value) && isRecord(value['watching']) ? value['watching'] : value;
  return recordsOf(watching, 'watching').map(({ place, entry }) => ({ place, value: entry }));
}

export function convertChangedetection(value: unknown): Built & { notes: ImportNote[] } {
  const settings = settingsOf(value);
  const notes: ImportNote[] = [
    {
      field: 'history',
      what: 'leftOut',
      why: 'snapshots and past changes are not carried over: each monitor begins with a new baseline',
      todo: '',
    },
  ];
  const application = at(at(value, 'settings'), 'application');
  for (const name of ['notification_urls', 'global_ignore_text', 'global_subtractive_selectors']) {
    const set = application[name];
    if (Array.isArray(set) && set.length > 0)
      notes.push({
        field: `settings.application.${name}`,
        what: 'leftOut',
        why: 'there are no such settings for all monitors',
        todo:
          name === 'notification_urls'
            ? CHANNEL_TODO
            : 'write them into the monitors that need them',
      });
  }
  return { ...buildAll(entriesOf(value), converter(settings)), notes };
}

const converter =
  (settings: Settings): Convert =>
  (fields, notes) => {
    const url = pageUrl(fields.text('url'), 'url', notes);
    const title = fields.text('title');
    const steps = stepsOf(fields, notes);
    const source = sourceOf(fields, notes, steps);
    const isPaused = fields.isOn('paused');
    const spec = filled({
      description: title?.slice(0, 500),
      // Without its steps it would watch another page than before.
      suspend: isPaused || steps.kind === 'lost' ? true : undefined,
      tags: tagsOf(tagNames(fields, settings)),
      sources: [{ name: 'page', url, ...source }],
      schedule: scheduleOf(fields, notes, settings.intervalMs, intervalOf),
      goal: { prompt: promptOf(fields, notes) },
      conditions: conditionsOf(fields, notes),
    });
    for (const name of BOOKKEEPING) fields.take(name);
    noteSides(fields, notes);
    noteRest(fields, notes, UNSUPPORTED, DEFAULTS);
    return { title: title ?? url, spec };
  };

function tagNames(fields: Fields, { tags }: Settings): string[] {
  const old = (fields.text('tag') ?? '').split(',');
  return [...old, ...fields.texts('tags').map((id) => tags.get(id) ?? '')];
}

function promptOf(fields: Fields, notes: Notes): string {
  const processor = fields.text('processor') ?? 'text_json_diff';
  if (processor === 'restock_diff') {
    notes.changed(
      'processor',
      'price and stock are judged by the goal, not read from structured data',
    );
    return 'Tell me when the product becomes available, or its price changes.';
  }
  if (processor !== 'text_json_diff')
    notes.leftOut('processor', `${labelOf(processor)} compares something else than text`);
  noteGoal(notes);
  return ANY_CHANGE;
}

/** Which of additions, removals and replacements count. */
function noteSides(fields: Fields, notes: Notes): void {
  for (const name of ['filter_text_added', 'filter_text_removed', 'filter_text_replaced'])
    if (fields.isOff(name))
      notes.leftOut(
        name,
        'changes are not told apart by this',
        'say in goal.prompt what matters to you',
      );
}

const FETCH: Readonly<Record<string, string>> = {
  html_requests: 'Http',
  html_webdriver: 'Browser',
  html_playwright: 'Browser',
};

function sourceOf(
  fields: Fields,
  notes: Notes,
  steps: ReturnType<typeof stepsOf>,
): Readonly<Record<string, unknown>> {
  const backend = fields.text('fetch_backend') ?? 'system';
  const include = selectorsOf(fields.texts('include_filters'), 'include_filters', notes, selector);
  const exclude = selectorsOf(
    fields.texts('subtractive_selectors'),
    'subtractive_selectors',
    notes,
    selector,
  );
  const hasSteps = steps.kind === 'steps' && steps.steps.length > 0;
  const fetch = hasSteps
    ? 'Browser'
    : (FETCH[backend] ?? (backend.startsWith('extra_browser') ? 'Browser' : undefined));
  return filled({
    fetch,
    format: include.some((it) => it.startsWith('jsonpath:')) ? 'Json' : undefined,
    ...requestOf(
      {
        method: fields.text('method'),
        body: fields.text('body'),
        headers: fields.record('headers'),
      },
      notes,
    ),
    select: filled({ include, exclude }),
    ignore: filled({ text: ignoredText(fields, notes) }),
    steps: hasSteps ? steps.steps : undefined,
  });
}

/** Its selectors as ours: `xpath:`, `json:` and CSS. */
function selector(text: string): string | undefined {
  if (/^(?:jq|jqraw):/.test(text)) return undefined;
  const xpath =
    /^(?:xpath1?:)\s*(.*)$/s.exec(text)?.[1] ?? (text.startsWith('/') ? text : undefined);
  if (xpath !== undefined) return `xpath:${xpath}`;
  const json = /^json:\s*(.*)$/s.exec(text)?.[1];
  return json === undefined ? text : `jsonpath:${json}`;
}
