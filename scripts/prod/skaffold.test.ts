/** skaffold.yaml names nothing that is not there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { IMAGES } from '../lib/images/build.ts';
import { root } from '../lib/prepare.ts';
import { DEFAULT_OUTPUT, parseProd, valuesFile } from './arguments.ts';
import { CHART_VALUES } from './images.ts';
import { dockerfileOf } from './push.ts';

interface Release {
  readonly name: string;
  readonly chartPath: string;
  readonly namespace: string;
  readonly setValueTemplates?: Readonly<Record<string, string>>;
  readonly setValues?: Readonly<Record<string, unknown>>;
  readonly valuesFiles?: readonly string[];
}

interface Config {
  readonly apiVersion: string;
  readonly build: {
    readonly artifacts?: readonly {
      readonly image: string;
      readonly requires?: readonly { readonly image: string; readonly alias: string }[];
      readonly docker: { readonly dockerfile: string };
    }[];
  };
  readonly deploy: {
    readonly helm: {
      readonly releases: readonly Release[];
      readonly hooks?: {
        readonly before: readonly { readonly host: { readonly command: readonly string[] } }[];
      };
    };
  };
  readonly profiles: readonly Profile[];
}

interface Profile {
  readonly name: string;
  readonly patches: readonly {
    readonly op: 'add' | 'remove';
    readonly path: string;
    readonly value?: unknown;
  }[];
  readonly portForward: readonly { readonly resourceName: string; readonly port: number }[];
}

type Tree = Record<string, unknown>;

const config = parse(readFileSync(path.join(root, 'skaffold.yaml'), 'utf8')) as Config;
const profile = (name: string): Profile =>
  config.profiles.find((one) => one.name === name) ?? assert.fail(`no profile ${name}`);

/** As Skaffold does it; what is removed must be there, and so must the place of what is added. */
function withProfile(name: string): Config {
  const copy = structuredClone(config);
  for (const { op, path: at, value } of profile(name).patches) {
    const keys = at.split('/').slice(1);
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>((tree, key) => (tree as Tree)[key], copy) as Tree;
    assert.equal(last in parent, op === 'remove', `${op} ${at}`);
    if (op === 'remove') delete parent[last];
    else parent[last] = value;
  }
  return copy;
}

const releaseOf = ({ deploy }: Config): Release => {
  assert.equal(deploy.helm.releases.length, 1);
  return deploy.helm.releases[0] ?? assert.fail();
};

function assertChartValues(names: readonly string[]): void {
  const file = path.join(root, releaseOf(config).chartPath, 'values.yaml');
  const values = parse(readFileSync(file, 'utf8')) as Tree;
  for (const name of names) {
    const keys = name.split('.');
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>((tree, key) => (tree as Tree | undefined)?.[key], values);
    assert.ok(parent && last in (parent as Tree), `the chart has no value ${name}`);
  }
}

describe('skaffold.yaml', () => {
  it('builds every image from its Dockerfile, on ours where that stands on it', () => {
    assert.equal(config.apiVersion, 'skaffold/v4beta13');
    const artifacts = config.build.artifacts ?? [];
    assert.deepEqual(
      artifacts.map(({ image }) => image),
      IMAGES,
    );
    for (const { image, docker, requires } of artifacts) {
      assert.equal(docker.dockerfile, dockerfileOf(image as (typeof IMAGES)[number]));
      const text = readFileSync(path.join(root, docker.dockerfile), 'utf8');
      const argument = /^ARG (DUCKMON_IMAGE)\b/m.exec(text)?.[1];
      const wanted = argument === undefined ? undefined : [{ image: 'duckmon', alias: argument }];
      assert.deepEqual(requires, wanted);
    }
  });

  it('hands each image to the value of the chart that takes it', () => {
    const { setValueTemplates = {}, name, namespace } = releaseOf(config);
    assert.deepEqual([name, namespace], ['duckmon', 'duckmon']);
    const wanted = IMAGES.flatMap((image) => {
      const at = CHART_VALUES[image].join('.');
      const suffix = image.replaceAll('-', '_');
      return [
        [`${at}.repository`, `{{.IMAGE_REPO_${suffix}}}`],
        [`${at}.digest`, `{{.IMAGE_DIGEST_${suffix}}}`],
      ];
    });
    assert.deepEqual(setValueTemplates, Object.fromEntries(wanted));
    assertChartValues(Object.keys(setValueTemplates));
  });

  it('dev sets values that the chart has', () => {
    const { setValues = {} } = releaseOf(withProfile('dev'));
    assert.ok(Object.keys(setValues).length > 0);
    assertChartValues(Object.keys(setValues));
  });

  it('node builds by prod-build, and takes the values that it writes', () => {
    const node = withProfile('node');
    assert.equal(node.build.artifacts, undefined);
    const { setValueTemplates, valuesFiles } = releaseOf(node);
    assert.equal(setValueTemplates, undefined);
    assert.deepEqual(valuesFiles, [path.relative(root, valuesFile(DEFAULT_OUTPUT))]);
    const [hook] = node.deploy.helm.hooks?.before ?? [];
    const [program, runner = '', script = '', ...args] = hook?.host.command ?? [];
    assert.equal(program, 'node');
    for (const file of [runner, script]) assert.ok(existsSync(path.join(root, file)), file);
    assert.equal(parseProd(args).kind, 'prod-build');
  });

  it('forwards ports of services that the chart has', () => {
    const template = readFileSync(
      path.join(root, 'charts/duckmon/templates/dashboard.yaml'),
      'utf8',
    );
    for (const { portForward } of config.profiles)
      for (const { resourceName, port } of portForward) {
        assert.equal(resourceName, 'duckmon-dashboard');
        assert.match(template, new RegExp(`"component" "dashboard" "port" ${port}\\b`));
      }
  });
});
