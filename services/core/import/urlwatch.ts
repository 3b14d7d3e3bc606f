/** Jobs of urlwatch (`urls.yaml`) and webchanges (`jobs.yaml`): one YAML document each. */
import { isRecord } from '../manifest/index.ts';
import { buildAll, type Built, type Convert } from './build.ts';
import { filled } from './filled.ts';
import { noteRest, type Fields, type Unsupported } from './fields.ts';
import { ANY_CHANGE, noteGoal, pageUrl, requestOf, SkipEntry } from './parts.ts';
import type { YamlEntry } from './read.ts';
import { CHANNEL_TODO, labelOf, type ImportNote, type Notes } from './report.ts';
import { filtersOf } from './urlwatchFilters.ts';

const KEYS = ['url', 'navigate', 'command'];

/** Whether a document is a job, rather than a manifest. */
export const isUrlwatch = (value: unknown): boolean =>
  isRecord(value) && !('apiVersion' in value) && KEYS.some((key) => typeof value[key] === 'string');

const BOOKKEEPING = [
  'kind',
  'index_number',
  'guid',
  'is_markdown',
  'monospace',
  'markdown_padded_tables',
];
const ERRORS: Unsupported[string] = [
  'a failed check is told after alerting.onFailure.after in a row',
  'set alerting.onFailure.after',
];
const SHELL = 'run it elsewhere and let duckmon watch a page with its output';
const SIDES: Unsupported[string] = [
  'changes are not told apart by this',
  'say in goal.prompt what matters to you',
];
const PROXY: Unsupported[string] = ['a monitor has no proxy of its own', ''];
const DIFF: Unsupported[string] = ['the difference is shown in its own way', ''];
const WAIT: Unsupported[string] = [
  'the browser waits in its own way',
  'use waitFor.selector or a step with wait',
];

const UNSUPPORTED: Unsupported = {
  http_proxy: PROXY,
  https_proxy: PROXY,
  proxy: PROXY,
  cookies: ['cookies may be secrets', 'sign in by steps and a Secret duckmon-login-…'],
  ssl_no_verify: ['certificates are always checked', 'mend the certificate of the page'],
  ignore_https_errors: ['certificates are always checked', 'mend the certificate of the page'],
  ignore_connection_errors: ERRORS,
  ignore_timeout_errors: ERRORS,
  ignore_http_error_codes: ERRORS,
  ignore_too_many_redirects: ERRORS,
  ignore_incomplete_reads: ERRORS,
  suppress_repeated_errors: ERRORS,
  max_tries: ERRORS,
  timeout: ['duckmon has limits of its own', 'set timeouts.page'],
  encoding: ['the encoding is found out by itself', ''],
  no_redirects: ['redirects are followed', ''],
  ignore_cached: ['unchanged pages are known by ETag', ''],
  diff_tool: DIFF,
  differ: DIFF,
  diff_filter: DIFF,
  diff_filters: DIFF,
  contextlines: DIFF,
  additions_only: SIDES,
  deletions_only: SIDES,
  compared_versions: ['texts that were seen before are known', 'set goal.knownStates'],
  treat_new_as_changed: ['the first check takes the baseline', 'set goal.firstRun to Judge'],
  wait_until: WAIT,
  wait_for: WAIT,
  wait_for_navigation: WAIT,
  wait_for_url: WAIT,
  wait_for_selector: WAIT,
  wait_for_function: WAIT,
  wait_for_timeout: WAIT,
  initialization_url: ['there is one page before the steps', 'begin with the step goto'],
  initialization_js: ['no script is run in pages', 'use steps: click, type, wait'],
  evaluate: ['no script is run in pages', 'use steps: click, type, wait'],
  block_elements: ['the browser loads what the page needs', ''],
  chromium_revision: ['duckmon has its own browser', ''],
  switches: ['duckmon has its own browser', ''],
  user_data_dir: ['duckmon has its own browser', 'set session.persist to keep a session'],
  user_visible_url: ['alerts name the address that is watched', ''],
  reporter: ['reports are channels here', CHANNEL_TODO],
};

export function convertUrlwatch(documents: readonly YamlEntry[]): Built & { notes: ImportNote[] } {
  const entries = documents.map(({ line, value }) => ({ place: `line ${line}`, value }));
  const notes: ImportNote[] = [
    {
      field: 'schedule',
      what: 'changed',
      why: `the file does not say how often it is run, so each monitor is checked every ${INTERVAL}`,
      todo: 'set schedule.interval or schedule.cron',
    },
  ];
  return { ...buildAll(entries, convert), notes };
}

const INTERVAL = '1h';

const convert: Convert = (fields, notes) => {
  if (fields.has('command')) throw new SkipEntry('command: duckmon runs no commands', SHELL);
  const isNavigate = fields.has('navigate');
  const field = isNavigate ? 'navigate' : 'url';
  const url = pageUrl(fields.text(field), field, notes);
  const isBrowser = isNavigate || fields.isOn('use_browser') || fields.text('kind') === 'browser';
  const name = fields.text('name');
  const note = fields.text('note');
  const spec = filled({
    description: [name, note]
      .filter((it) => it !== undefined)
      .join(': ')
      .slice(0, 500),
    suspend: fields.isOff('enabled') ? true : undefined,
    sources: [
      {
        name: 'page',
        url,
        ...filled({
          fetch: isBrowser ? 'Browser' : undefined,
          ...postOf(fields, notes, isBrowser),
        }),
        ...filtersOf(fields, notes),
      },
    ],
    schedule: { interval: INTERVAL },
    goal: { prompt: ANY_CHANGE },
  });
  noteGoal(notes);
  for (const each of BOOKKEEPING) fields.take(each);
  noteRest(fields, notes, UNSUPPORTED);
  return { title: name ?? url, spec };
};

function postOf(
  fields: Fields,
  notes: Notes,
  isBrowser: boolean,
): Readonly<Record<string, unknown>> {
  const data = fields.take('data');
  const isJson = fields.isOn('data_as_json');
  const body = bodyOf(data, isJson);
  const given = fields.record('headers');
  const hasType = Object.keys(given).some((name) => name.toLowerCase() === 'content-type');
  const type = isJson ? 'application/json' : 'application/x-www-form-urlencoded';
  const method = fields.text('method') ?? (body === undefined ? 'GET' : 'POST');
  const headers = body === undefined || hasType ? given : { ...given, 'Content-Type': type };
  if (!isBrowser || method.toUpperCase() === 'GET')
    return requestOf({ method, body, headers }, notes, 'data');
  notes.leftOut('method', `${labelOf(method)} is not sent by the browser`, 'GET is sent');
  return requestOf({ method: 'GET', body: undefined, headers: given }, notes, 'data');
}

/** A dictionary is sent as a form, or as JSON. */
function bodyOf(data: unknown, asJson: boolean): string | undefined {
  if (typeof data === 'string') return data === '' ? undefined : data;
  if (!isRecord(data)) return undefined;
  if (asJson) return JSON.stringify(data);
  return new URLSearchParams(
    Object.entries(data).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}
