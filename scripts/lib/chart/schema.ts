/** The schema of the chart's values: what a MonitorPlatform may say comes from its definition. Pure. */
import { parse } from 'yaml';

/** A structural schema of a CustomResourceDefinition, and what JSON Schema makes of it. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly [word: string]: unknown;
}

interface Definition {
  readonly spec: {
    readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: Schema } }];
  };
}

/**
 * What the API server would take, without its CEL rules: those it says itself. Numbers in Kubernetes'
 * patterns are Go's (RE2), which Helm's validator has too.
 */
function jsonSchema(schema: Schema): Schema {
  const { properties, items, additionalProperties, default: _, ...rest } = schema;
  const words = Object.entries(rest).filter(([word]) => !word.startsWith('x-kubernetes-'));
  return {
    ...Object.fromEntries(words),
    ...(properties && {
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, one]) => [name, jsonSchema(one)]),
      ),
    }),
    ...(items && { items: jsonSchema(items) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: jsonSchema(additionalProperties),
    }),
  };
}

/** @param platform the text of the definition of MonitorPlatforms. */
export function platformSchema(platform: string): object {
  const { spec } = parse(platform) as Definition;
  const [{ schema }] = spec.versions;
  return jsonSchema(schema.openAPIV3Schema.properties?.['spec'] ?? {});
}

/** The schema with `$defs.platform` made anew; all else is written by hand. */
export function valuesSchema(written: string, platform: string): string {
  const schema = JSON.parse(written) as { readonly $defs?: object };
  const $defs = { ...schema.$defs, platform: platformSchema(platform) };
  return `${JSON.stringify({ ...schema, $defs }, null, 2)}\n`;
}
