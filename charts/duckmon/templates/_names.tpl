{{/* What objects are called and labelled. Names are fixed: the operator knows them (operator/src/names.ts). */}}

{{/* Labels of an object. Takes root and component. */}}
{{- define "duckmon.labels" -}}
app.kubernetes.io/name: duckmon-{{ .component }}
app.kubernetes.io/part-of: duckmon
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/*
Labels of pods that never change. Policies of the operator select by the component alone; Services select
by the name as well, which pods of `helm test` that stand in for a component do not have.
*/}}
{{- define "duckmon.selector" -}}
app.kubernetes.io/name: duckmon-{{ .component }}
mon.duckerhub.com/component: {{ .component }}
{{- end }}

{{/* An image by digest, else by tag. Takes root and image. */}}
{{- define "duckmon.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* PriorityClass of the pods of the chart, and of workers whose pool names none; empty: the cluster's default. */}}
{{- define "duckmon.corePriority" -}}
{{ .Values.priorityClassName | default (.Values.priorityClasses.create | ternary "duckmon-core" "") }}
{{- end }}
{{- define "duckmon.workerPriority" -}}
{{ .Values.workerPriorityClassName | default (.Values.priorityClasses.create | ternary "duckmon-workers" "") }}
{{- end }}

{{/* Address of the dashboard as people reach it. */}}
{{- define "duckmon.publicUrl" -}}
{{- if .Values.PUBLIC_URL -}}
{{ .Values.PUBLIC_URL }}
{{- else if .Values.HOSTNAME -}}
https://{{ .Values.HOSTNAME }}
{{- else -}}
http://127.0.0.1:3000
{{- end -}}
{{- end }}

{{/* Address of a service. Takes root, service and port. */}}
{{- define "duckmon.url" -}}
http://duckmon-{{ .service }}.{{ .root.Release.Namespace }}.svc:{{ .port }}
{{- end }}

{{/* The Service of a pool of the platform, as the operator names it (childName). Takes root and pool. */}}
{{- define "duckmon.poolService" -}}
pool-{{ .pool }}-{{ printf "%s/%s" .root.Release.Namespace .pool | sha256sum | trunc 8 }}
{{- end }}

{{/* Namespaces whose monitors are watched, as a JSON list. */}}
{{- define "duckmon.namespaces" -}}
{{- $list := concat .Values.namespaces.list (.Values.namespaces.users | empty | ternary (list) (list .Values.namespaces.users)) | uniq -}}
{{- if has .Release.Namespace $list -}}
{{- fail "namespaces must not name the release's own namespace: notification may read Secrets in those that are named, and the keys of the platform lie here" -}}
{{- end -}}
{{- $list | toJson -}}
{{- end }}

{{/* Namespaces that are workspaces of teams, comma-separated; * for every one with monitors. */}}
{{- define "duckmon.workspaces" -}}
{{- $list := .Values.namespaces.list | default (list .Release.Namespace) -}}
{{- .Values.namespaces.all | ternary (append $list "*") $list | join "," -}}
{{- end }}

{{/* Names of Secrets with what people gave; empty when nothing was given. */}}
{{- define "duckmon.googleSecret" -}}
{{- if .Values.existingSecrets.google -}}
{{ .Values.existingSecrets.google }}
{{- else if .Values.secrets.GOOGLE_CLIENT_ID -}}
duckmon-google
{{- end -}}
{{- end }}
{{- define "duckmon.openaiSecret" -}}
{{- if .Values.existingSecrets.openai -}}
{{ .Values.existingSecrets.openai }}
{{- else if .Values.secrets.OPENAI_API_KEY -}}
duckmon-keys-model-openai
{{- end -}}
{{- end }}
{{- define "duckmon.mailSecret" -}}
{{- if .Values.existingSecrets.mail -}}
{{ .Values.existingSecrets.mail }}
{{- else if or .Values.secrets.SENDGRID_API_KEY .Values.secrets.SMTP_PASSWORD -}}
duckmon-mail
{{- end -}}
{{- end }}
{{- define "duckmon.postgresSecret" -}}
{{ .Values.postgres.existingSecret | default "duckmon-postgres" }}
{{- end }}
{{- define "duckmon.redisSecret" -}}
{{- if .Values.redis.existingSecret -}}
{{ .Values.redis.existingSecret }}
{{- else if eq .Values.redis.mode "bundled" -}}
duckmon-redis
{{- end -}}
{{- end }}
