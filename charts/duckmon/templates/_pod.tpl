{{/* What all pods have in common: Pod Security "restricted", placement, a read-only root. */}}

{{/* Fields of a pod beside its containers. Takes root, component, token: whether it speaks to Kubernetes, and afterwards. */}}
{{- define "duckmon.podSpec" -}}
serviceAccountName: duckmon-{{ .account | default .component }}
automountServiceAccountToken: {{ .token | default false }}
enableServiceLinks: false
{{- /* What a new pod sends first may be dropped while its policies are being set: ask again soon. */}}
dnsConfig:
  options:
    - {name: timeout, value: '1'}
    - {name: attempts, value: '5'}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- /* What runs after the release is gone has no class that went with it. */}}
{{- with .afterwards | default false | ternary .root.Values.priorityClassName (include "duckmon.corePriority" .root) }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* What every container may do: nothing. */}}
{{- define "duckmon.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* A probe of the port for metrics and health, which no policy opens to others. */}}
{{- define "duckmon.probes" -}}
startupProbe: {httpGet: {path: /healthz, port: metrics}, periodSeconds: 2, timeoutSeconds: 3, failureThreshold: 60}
livenessProbe: {httpGet: {path: /healthz, port: metrics}, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6}
readinessProbe: {httpGet: {path: /readyz, port: metrics}, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2}
{{- end }}

{{/* Of every service: where it listens, its keys, and what a person adds. Takes root and component. */}}
{{- define "duckmon.commonEnv" -}}
- {name: HOST, value: 0.0.0.0}
{{- if .port }}
- {name: METRICS_PORT, value: '9090'}
{{- end }}
- {name: LOG_LEVEL, value: {{ .root.Values.logLevel }}}
{{- range $name, $value := (index .root.Values .component).env }}
- {name: {{ $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- end }}

{{/* Calls are signed for the address that is called: who takes them must know its own. */}}
{{- define "duckmon.podIp" -}}
- name: POD_IP
  valueFrom: {fieldRef: {fieldPath: status.podIP}}
{{- end }}

{{/* A volume with one small Secret of the operator's. The pod waits until it is made. */}}
{{- define "duckmon.keysVolume" -}}
- name: keys
  secret: {secretName: duckmon-keys-{{ . }}, defaultMode: 0440}
{{- end }}

{{/*
Tokens of the pod's own account, one for each service that it calls and for nobody else; the kubelet renews
them. Takes the services.
*/}}
{{- define "duckmon.tokensVolume" -}}
- name: tokens
  projected:
    sources:
      {{- range . }}
      - serviceAccountToken: {path: {{ . }}, audience: mon-{{ . }}, expirationSeconds: 600}
      {{- end }}
{{- end }}
{{- define "duckmon.tokensMount" -}}
- {name: tokens, mountPath: /var/run/duckmon/tokens, readOnly: true}
{{- end }}
{{- define "duckmon.tokensEnv" -}}
- {name: WORKLOAD_TOKENS, value: /var/run/duckmon/tokens}
{{- end }}

{{/* Whether a service asks those who call it for such tokens. */}}
{{- define "duckmon.workloadIdentity" -}}
- {name: WORKLOAD_IDENTITY, value: {{ .Values.workloadIdentity.enabled | ternary "required" "off" | quote }}}
{{- end }}

{{/*
A service as a Deployment. Takes root, component, port (none when nobody calls it) and token. What is its
own stands in the templates duckmon.<component>.{env,mounts,volumes,init}.
*/}}
{{- define "duckmon.deployment" -}}
{{- $values := index .root.Values .component -}}
{{- $own := printf "duckmon.%s" .component -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: duckmon-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "duckmon.labels" . | nindent 4 }}
spec:
  {{- if not (kindIs "invalid" $values.replicas) }}
  replicas: {{ $values.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
  selector:
    matchLabels: {{- include "duckmon.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "duckmon.selector" . | nindent 8 }}
        app.kubernetes.io/part-of: duckmon
    spec:
      {{- include "duckmon.podSpec" . | nindent 6 }}
      terminationGracePeriodSeconds: {{ add 30 .root.Values.preStopSeconds }}
      topologySpreadConstraints:
        {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "duckmon.selector" $ | nindent 14 }}
        {{- end }}
      {{- with include (printf "%s.init" $own) .root }}
      initContainers: {{- . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "duckmon.image" (dict "root" .root "image" .root.Values.image) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          workingDir: /app
          command: [node, {{ .main | default (printf "services/%s/main.ts" .component) }}]
          ports:
            {{- with .port }}
            - {name: http, containerPort: {{ . }}}
            {{- end }}
            - {name: metrics, containerPort: 9090}
          env:
            {{- include "duckmon.commonEnv" . | nindent 12 }}
            {{- include (printf "%s.env" $own) .root | nindent 12 }}
          {{- include "duckmon.probes" . | nindent 10 }}
          {{- if and .port .root.Values.preStopSeconds }}
          lifecycle:
            preStop: {sleep: {seconds: {{ .root.Values.preStopSeconds }}}}
          {{- end }}
          resources: {{- toYaml $values.resources | nindent 12 }}
          securityContext: {{- include "duckmon.containerSecurity" . | nindent 12 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            {{- include (printf "%s.mounts" $own) .root | nindent 12 }}
      volumes:
        - name: tmp
          emptyDir: {sizeLimit: 64Mi}
        {{- include (printf "%s.volumes" $own) .root | nindent 8 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: duckmon-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "duckmon.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "duckmon.selector" . | nindent 6 }}
{{- end }}

{{/* An account that may do nothing by itself. Takes root and component. */}}
{{- define "duckmon.account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: duckmon-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "duckmon.labels" . | nindent 4 }}
automountServiceAccountToken: false
{{- end }}

{{/* Takes root, component, port, headless, and name when it is not the component's. */}}
{{- define "duckmon.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .name | default (printf "duckmon-%s" .component) }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "duckmon.labels" . | nindent 4 }}
spec:
  {{- if .headless }}
  clusterIP: None
  {{- end }}
  selector: {{- include "duckmon.selector" . | nindent 4 }}
  ports:
    - {name: http, port: {{ .port }}, targetPort: http, protocol: TCP}
{{- end }}
