/** Evaluates the admission policies of `manifests/base/admission` as the API server does. */
import { Environment } from '@marcbachmann/cel-js';
import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

interface Validation {
  readonly expression: string;
  readonly message: string;
  readonly messageExpression?: string;
  readonly reason?: string;
}

export interface Policy {
  readonly kind: 'ValidatingAdmissionPolicy';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly failurePolicy: string;
    readonly paramKind?: { readonly apiVersion: string; readonly kind: string };
    readonly matchConstraints: {
      readonly resourceRules: readonly {
        readonly apiGroups: readonly string[];
        readonly apiVersions: readonly string[];
        readonly operations: readonly string[];
        readonly resources: readonly string[];
      }[];
    };
    readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
    readonly variables: readonly { readonly name: string; readonly expression: string }[];
    readonly validations: readonly Validation[];
  };
}

export interface Binding {
  readonly kind: 'ValidatingAdmissionPolicyBinding';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly policyName: string;
    readonly validationActions: readonly string[];
    readonly paramRef?: {
      readonly name: string;
      readonly namespace: string;
      readonly parameterNotFoundAction: string;
    };
  };
}

export interface AdmissionRequest {
  readonly user: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly group: string;
  readonly resource: string;
  readonly object?: object | null;
  readonly oldObject?: object | null;
  /** `namespace/name` of the Secrets that the user may get. */
  readonly readable?: readonly string[];
  /** The parameter object; null when it is not found. */
  readonly params?: object | null;
}

const folder = new URL('../../../../manifests/base/admission/', import.meta.url);

/** Every object of the folder. */
export function admissionObjects(): readonly (Policy | Binding)[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    .flatMap((file) => parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')))
    .map((document) => document.toJS() as Policy | Binding);
}

/** What the authorizer of CEL has been asked so far. */
class Check {
  readonly namespace: string;
  readonly name: string;
  readonly readable: readonly string[];
  constructor(readable: readonly string[], namespace = '', name = '') {
    this.readable = readable;
    this.namespace = namespace;
    this.name = name;
  }
}

const environment = new Environment({ unlistedVariablesAreDyn: true })
  .registerVariable('request', 'dyn')
  .registerVariable('object', 'dyn')
  .registerVariable('oldObject', 'dyn')
  .registerVariable('params', 'dyn')
  .registerVariable('variables', 'dyn')
  .registerType('authorizer.Check', Check)
  .registerVariable('authorizer', 'authorizer.Check')
  .registerFunction('authorizer.Check.group(string): authorizer.Check', (it: Check) => it)
  .registerFunction('authorizer.Check.resource(string): authorizer.Check', (it: Check) => it)
  .registerFunction(
    'authorizer.Check.namespace(string): authorizer.Check',
    (it: Check, namespace: string) => new Check(it.readable, namespace, it.name),
  )
  .registerFunction(
    'authorizer.Check.name(string): authorizer.Check',
    (it: Check, name: string) => new Check(it.readable, it.namespace, name),
  )
  .registerFunction('authorizer.Check.check(string): authorizer.Check', (it: Check) => it)
  .registerFunction('authorizer.Check.allowed(): bool', (it: Check) =>
    it.readable.includes(`${it.namespace}/${it.name}`),
  );

/** Numbers of manifests are integers. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return BigInt(value);
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toCel(child)]));
}

const covers = (policy: Policy, { group, resource, operation }: AdmissionRequest): boolean =>
  policy.spec.matchConstraints.resourceRules.some(
    ({ apiGroups, resources, operations }) =>
      apiGroups.includes(group) && resources.includes(resource) && operations.includes(operation),
  );

/**
 * The messages with which a policy refuses a request; empty when it is let through. As on the server
 * a variable is computed when it is first used, and an error refuses.
 */
export function refusals(policy: Policy, asked: AdmissionRequest): string[] {
  if (!covers(policy, asked)) return [];
  if (policy.spec.paramKind && !asked.params) return [];
  const variables: Record<string, unknown> = {};
  const context = {
    request: {
      operation: asked.operation,
      userInfo: { username: asked.user },
      resource: { group: asked.group, resource: asked.resource },
    },
    object: toCel(asked.object),
    oldObject: toCel(asked.oldObject),
    params: toCel(asked.params),
    authorizer: new Check(asked.readable ?? []),
    variables,
  };
  const run = (expression: string): unknown => environment.parse(expression)(context);
  for (const { name, expression } of policy.spec.variables)
    Object.defineProperty(variables, name, { enumerable: true, get: () => run(expression) });
  if (!policy.spec.matchConditions.every(({ expression }) => run(expression) === true)) return [];
  return policy.spec.validations
    .filter(({ expression }) => run(expression) !== true)
    .map(({ message, messageExpression }) =>
      messageExpression === undefined ? message : String(run(messageExpression)),
    );
}
