{{/* Where Postgres and Redis are, and who signs in as whom. Passwords are URL-safe by agreement. */}}

{{- define "duckmon.postgresHost" -}}
{{ eq .Values.postgres.mode "bundled" | ternary "duckmon-postgres" .Values.postgres.external.host }}
{{- end }}

{{/* Parameters of the address. */}}
{{- define "duckmon.postgresQuery" -}}
{{- if eq .Values.postgres.mode "external" -}}
?sslmode={{ .Values.postgres.external.sslMode }}
{{- if .Values.postgres.external.caSecret }}&sslrootcert=/var/run/duckmon/postgres/ca.crt{{ end }}
{{- end -}}
{{- end }}

{{/* DATABASE_URL of one role. Takes root, user and key (of the password). */}}
{{- define "duckmon.databaseUrl" -}}
{{- $external := .root.Values.postgres.external -}}
{{- $isBundled := eq .root.Values.postgres.mode "bundled" -}}
- name: DATABASE_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ include "duckmon.postgresSecret" .root }}, key: {{ .key }}}}
- name: DATABASE_URL
  value: postgresql://{{ .user }}:$(DATABASE_PASSWORD)@{{ include "duckmon.postgresHost" .root }}:{{ $isBundled | ternary 5432 $external.port }}/{{ $isBundled | ternary "duckmon" $external.database }}{{ include "duckmon.postgresQuery" .root }}
{{- end }}

{{- define "duckmon.postgresMounts" -}}
{{- if and (eq .Values.postgres.mode "external") .Values.postgres.external.caSecret -}}
- {name: postgres, mountPath: /var/run/duckmon/postgres, readOnly: true}
{{- end -}}
{{- end }}

{{- define "duckmon.postgresVolumes" -}}
{{- if and (eq .Values.postgres.mode "external") .Values.postgres.external.caSecret -}}
- name: postgres
  secret: {secretName: {{ .Values.postgres.external.caSecret }}, defaultMode: 0440}
{{- end -}}
{{- end }}

{{/* REDIS_URL, when there is one. */}}
{{- define "duckmon.redisEnv" -}}
{{- if ne .Values.redis.mode "none" -}}
{{- $secret := include "duckmon.redisSecret" . -}}
{{- $isBundled := eq .Values.redis.mode "bundled" -}}
{{- if $secret -}}
- name: REDIS_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: redis-password}}
{{ end -}}
- name: REDIS_URL
  value: {{ and .Values.redis.external.tls (not $isBundled) | ternary "rediss" "redis" }}://{{ if $secret }}:$(REDIS_PASSWORD)@{{ end }}{{ $isBundled | ternary "duckmon-redis" .Values.redis.external.host }}:{{ $isBundled | ternary 6379 .Values.redis.external.port }}
{{- end -}}
{{- end }}
