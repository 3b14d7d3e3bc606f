/** The rules of a manifest that neither schema nor CEL can express. */
import { isRecord, type ManifestKind } from './documents.ts';
import { fieldPath, type Problem } from './problem.ts';
import {
  checkCron,
  checkCss,
  checkLanguage,
  checkPageSelector,
  checkRegex,
  checkSelector,
  checkTimeZone,
  checkValueSelector,
  type SyntaxCheck,
} from './syntax.ts';

type Rule = readonly [path: string, check: SyntaxCheck];

/** `[]` stands for every item of a list. */
const RULES: Readonly<Partial<Record<ManifestKind, readonly Rule[]>>> = {
  MonitorJob: [
    ['spec.schedule.cron', checkCron],
    ['spec.schedule.timeZone', checkTimeZone],
    ['spec.sources[].timeZone', checkTimeZone],
    ['spec.sources[].locale', checkLanguage],
    ['spec.sources[].select.include[]', checkSelector],
    ['spec.sources[].select.exclude[]', checkSelector],
    ['spec.sources[].ignore.text[]', checkRegex],
    ['spec.sources[].waitFor.selector', checkCss],
    ['spec.sources[].notJudgeable.loggedOutSelector', checkCss],
    ['spec.sources[].steps[].click.selector', checkPageSelector],
    ['spec.sources[].steps[].type.selector', checkPageSelector],
    ['spec.sources[].steps[].select.selector', checkPageSelector],
    ['spec.sources[].steps[].wait.selector', checkPageSelector],
    ['spec.goal.language', checkLanguage],
    ['spec.conditions[].regex.pattern', checkRegex],
    ['spec.conditions[].number.select', checkValueSelector],
    ['spec.conditions[].percentChange.select', checkValueSelector],
    ['spec.values[].select', checkSelector],
    ['spec.values[].regex', checkRegex],
  ],
};

interface Place {
  readonly path: string;
  readonly value: unknown;
}

function step(places: readonly Place[], key: string): Place[] {
  if (key === '[]')
    return places.flatMap(({ path, value }) =>
      Array.isArray(value)
        ? value.map((item: unknown, index) => ({ path: `${path}[${index}]`, value: item }))
        : [],
    );
  return places.flatMap(({ path, value }) =>
    isRecord(value) ? [{ path: fieldPath(path, key), value: value[key] }] : [],
  );
}

function apply(manifest: unknown, [pattern, check]: Rule): Problem[] {
  const keys = pattern.match(/\[\]|[^.[\]]+/g) ?? [];
  const places = keys.reduce(step, [{ path: '', value: manifest }]);
  return places.flatMap(({ path, value }) => {
    const message = typeof value === 'string' ? check(value) : undefined;
    return message === undefined ? [] : [{ path, message }];
  });
}

/**
 * Every cron, time zone, language tag, regular expression and selector of a manifest that is not
 * well-formed. Takes any shape: what has a wrong type is left to the schema.
 */
export function checkSemantics(object: Readonly<{ kind: ManifestKind }>): Problem[] {
  return (RULES[object.kind] ?? []).flatMap((rule) => apply(object, rule));
}
