/** Makes templates of the chart from manifests, word by word, so that the two never differ. Pure. */

/** The namespace for which the manifests of `manifests/base` are written. */
const NAMESPACE = 'duckmon';
/** The tenant in `manifests/base/rbac/tenant.yaml`. */
const TENANT = 'team-a';

const HERE = '{{ .Release.Namespace }}';

const header = (source: string): string =>
  `{{- /* Generated from ${source} by \`npm run generate\`; do not edit. */}}\n`;

const labels = (component: string, root = '$'): string =>
  `  labels: {{- include "duckmon.labels" (dict "root" ${root} "component" "${component}") | nindent 4 }}\n`;

const KEEP = `  {{- if .Values.crds.keep }}
  annotations: {helm.sh/resource-policy: keep}
  {{- end }}
`;

/** What stands in braces in a manifest is not for Helm. */
const escaped = (text: string): string => text.replaceAll('{{', '{{ "{{" }}');

/** Adds lines to the metadata of every object of a manifest; `name` is its first field. */
const withMetadata = (text: string, lines: string): string =>
  text.replaceAll(/^metadata:\n {2}name: .*\n/gm, (metadata) => metadata + lines);

/** Wherever a manifest means the namespace of the platform. */
const placed = (text: string): string =>
  text
    .replaceAll(`serviceaccount:${NAMESPACE}:`, `serviceaccount:${HERE}:`)
    .replaceAll(`namespace == '${NAMESPACE}'`, `namespace == '${HERE}'`)
    .replaceAll(new RegExp(`^( *)namespace: ${NAMESPACE}$`, 'gm'), `$1namespace: ${HERE}`)
    .replaceAll(`-kubernetes-${NAMESPACE}\n`, `-kubernetes-${HERE}\n`);

/** A CustomResourceDefinition that can be left out, and left behind. */
export const crdTemplate = (source: string, text: string): string =>
  `${header(source)}{{- if .Values.crds.enabled }}\n${withMetadata(escaped(text), labels('crds') + KEEP)}{{- end }}\n`;

/** Admission policies for the namespace of the release. */
export const admissionTemplate = (source: string, text: string): string =>
  `${header(source)}{{- if .Values.admissionPolicies.enabled }}\n${withMetadata(placed(escaped(text)), labels('operator'))}{{- end }}\n`;

/** Accounts, Roles and bindings in the namespace of the release. */
export const rightsTemplate = (source: string, text: string): string =>
  header(source) + withMetadata(placed(escaped(text)), labels('operator'));

/** The same for each namespace of the list. */
export function tenantTemplate(source: string, text: string): string {
  const one = withMetadata(placed(escaped(text)), labels('operator'))
    .replaceAll(HERE, '{{ $.Release.Namespace }}')
    .replaceAll(`namespace: ${TENANT}`, 'namespace: {{ . }}');
  return `${header(source)}{{- range include "duckmon.namespaces" . | fromJsonArray }}\n---\n${one}{{- end }}\n`;
}

/** What lets into every namespace, where the installation is for all. */
export const allNamespacesTemplate = (source: string, text: string): string =>
  `${header(source)}{{- if .Values.namespaces.all }}\n${withMetadata(placed(escaped(text)), labels('operator'))}{{- end }}\n`;
