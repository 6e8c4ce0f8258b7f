{{- define "usher.name" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- end }}

{{- /* Labels of everything; call with (dict "root" $ "service" "router"). */}}
{{- define "usher.labels" -}}
app.kubernetes.io/name: usher
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "usher.selector" -}}
app.kubernetes.io/name: usher
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .service }}
{{- end }}

{{- define "usher.image" -}}
{{- $image := .root.Values.image -}}
{{- $name := printf "%s-%s" $image.prefix .service -}}
{{- if $image.registry }}{{ $name = printf "%s/%s" (trimSuffix "/" $image.registry) $name }}{{ end -}}
{{- $digest := index $image.digests .service -}}
{{- if $digest }}{{ printf "%s@%s" $name $digest }}{{ else }}{{ printf "%s:%s" $name ($image.tag | default .root.Chart.AppVersion) }}{{ end -}}
{{- end }}

{{- define "usher.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "usher.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "usher.kafkaUsername" }}
{{- if .kafkaUsername }}
  value: {{ .kafkaUsername | quote }}
{{- else }}
  valueFrom: {secretKeyRef: {name: {{ .kafka }}, key: username}}
{{- end }}
{{- end }}

{{- /* Not empty where our own certificate is shown to the brokers. */}}
{{- define "usher.mutualTls" -}}
{{- if and .Values.kafka.clientCertificate.enabled (hasSuffix "SSL" .Values.kafka.securityProtocol) }}yes{{ end -}}
{{- end }}

{{- /* Keys of a login's Kafka secret that are mounted, with commas; empty: none. */}}
{{- define "usher.kafkaKeys" -}}
{{- $keys := list -}}
{{- if hasPrefix "SASL" .Values.kafka.securityProtocol }}{{ $keys = append $keys "password" }}{{ end -}}
{{- if include "usher.mutualTls" . }}{{ $keys = concat $keys (list .Values.kafka.clientCertificate.certificate .Values.kafka.clientCertificate.key) }}{{ end -}}
{{- join "," $keys }}
{{- end }}

{{- /* Environment of a service or job; call with (dict "root" $ "login" "router"). */}}
{{- define "usher.environment" -}}
{{- $values := .root.Values -}}
{{- $login := index $values.credentials .login -}}
- {name: USHER_KAFKA_BOOTSTRAP_SERVERS, value: {{ $values.kafka.bootstrapServers | quote }}}
- {name: USHER_KAFKA_SECURITY_PROTOCOL, value: {{ $values.kafka.securityProtocol }}}
{{- if hasPrefix "SASL" $values.kafka.securityProtocol }}
- {name: USHER_KAFKA_SASL_MECHANISM, value: {{ $values.kafka.saslMechanism }}}
{{- if eq $values.kafka.saslMechanism "OAUTHBEARER" }}
- {name: USHER_KAFKA_OAUTH_TOKEN_URL, value: {{ required "kafka.oauth.tokenUrl: the issuer that OAUTHBEARER asks" $values.kafka.oauth.tokenUrl | quote }}}
{{- with $values.kafka.oauth.scope }}
- {name: USHER_KAFKA_OAUTH_SCOPE, value: {{ . | quote }}}
{{- end }}
- name: USHER_KAFKA_OAUTH_CLIENT_ID
{{- include "usher.kafkaUsername" $login }}
- {name: USHER_KAFKA_OAUTH_CLIENT_SECRET_FILE, value: /etc/usher/kafka/password}
{{- else }}
- name: USHER_KAFKA_SASL_USERNAME
{{- include "usher.kafkaUsername" $login }}
- {name: USHER_KAFKA_SASL_PASSWORD_FILE, value: /etc/usher/kafka/password}
{{- end }}
{{- end }}
{{- if include "usher.mutualTls" .root }}
- {name: USHER_KAFKA_SSL_CERT_FILE, value: /etc/usher/kafka/{{ $values.kafka.clientCertificate.certificate }}}
- {name: USHER_KAFKA_SSL_KEY_FILE, value: /etc/usher/kafka/{{ $values.kafka.clientCertificate.key }}}
{{- end }}
{{- if $values.kafka.ca.secret }}
- {name: USHER_KAFKA_SSL_CA_FILE, value: /etc/usher/kafka-ca/{{ $values.kafka.ca.key }}}
{{- end }}
- {name: USHER_TOPIC_PREFIX, value: {{ $values.kafka.topicPrefix | quote }}}
- {name: USHER_PARTITIONS, value: {{ $values.kafka.partitions | quote }}}
- {name: USHER_REPLICATION_FACTOR, value: {{ $values.kafka.replicationFactor | quote }}}
- name: USHER_POSTGRES_USER
  valueFrom: {secretKeyRef: {name: {{ $login.postgres }}, key: username}}
- name: USHER_POSTGRES_DSN
  value: "postgresql://{{ $values.postgres.host }}:{{ $values.postgres.port }}/{{ $values.postgres.database }}?sslmode={{ $values.postgres.sslMode }}
  {{- if $values.postgres.ca.secret }}&sslrootcert=/etc/usher/postgres-ca/{{ $values.postgres.ca.key }}{{ end }}"
- {name: USHER_POSTGRES_PASSWORD_FILE, value: /etc/usher/postgres/password}
- {name: USHER_METRICS_HOST, value: "0.0.0.0"}
- {name: USHER_METRICS_PORT, value: "9100"}
{{- end }}

{{- define "usher.smtpTls" -}}
{{- if and .Values.smtp.enabled .Values.smtp.tlsSecret }}yes{{ end -}}
{{- end }}

{{- /* Environment of a service with the settings of its own; call with (dict "it" $it "settings" $settings). */}}
{{- define "usher.serviceEnvironment" -}}
{{- $set := include "usher.chartEnvironment" .it -}}
{{- $set }}
{{- $names := list -}}
{{- range fromYamlArray $set }}{{ $names = append $names .name }}{{ end -}}
{{- range $name, $value := .settings.env }}
{{- if has $name $names }}{{ fail (printf "services.%s.env.%s: the chart sets it from another value" $.it.service $name) }}{{ end }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{- define "usher.chartEnvironment" -}}
{{- $values := .root.Values -}}
{{- include "usher.environment" . }}
- name: USHER_INSTANCE
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- if eq .service "ingest" }}
- {name: USHER_HTTP_HOST, value: "0.0.0.0"}
- {name: USHER_HTTP_PORT, value: "8080"}
- {name: USHER_SOURCES_FILE, value: /etc/usher/sources/sources.yaml}
- {name: USHER_PSEUDONYM_KEY_FILE, value: /etc/usher/pseudonyms/key}
{{- if $values.smtp.enabled }}
- {name: USHER_SMTP_HOST, value: "0.0.0.0"}
- {name: USHER_SMTP_PORT, value: {{ $values.smtp.port | quote }}}
- {name: USHER_SMTP_HOSTNAME, value: {{ $values.smtp.hostname | quote }}}
{{- end }}
{{- if include "usher.smtpTls" .root }}
- {name: USHER_SMTP_TLS_CERT, value: /etc/usher/smtp/tls.crt}
- {name: USHER_SMTP_TLS_KEY, value: /etc/usher/smtp/tls.key}
{{- end }}
{{- end }}
{{- if and (eq .service "router") $values.models.claim }}
- {name: USHER_MODELS_DIR, value: /models}
{{- end }}
{{- end }}

{{- define "usher.mounts" -}}
{{- $values := .root.Values -}}
- {name: tmp, mountPath: /tmp}
- {name: postgres, mountPath: /etc/usher/postgres, readOnly: true}
{{- if include "usher.kafkaKeys" .root }}
- {name: kafka, mountPath: /etc/usher/kafka, readOnly: true}
{{- end }}
{{- if $values.kafka.ca.secret }}
- {name: kafka-ca, mountPath: /etc/usher/kafka-ca, readOnly: true}
{{- end }}
{{- if $values.postgres.ca.secret }}
- {name: postgres-ca, mountPath: /etc/usher/postgres-ca, readOnly: true}
{{- end }}
{{- end }}

{{- define "usher.volumes" -}}
{{- $values := .root.Values -}}
{{- $login := index $values.credentials .login -}}
- name: tmp
  emptyDir: {sizeLimit: {{ .temporary | default "64Mi" }}}
- name: postgres
  secret: {secretName: {{ $login.postgres }}, defaultMode: 0440, items: [{key: password, path: password}]}
{{- with include "usher.kafkaKeys" .root }}
- name: kafka
  secret:
    secretName: {{ $login.kafka }}
    defaultMode: 0440
    items:
      {{- range splitList "," . }}
      - {key: {{ . }}, path: {{ . }}}
      {{- end }}
{{- end }}
{{- if $values.kafka.ca.secret }}
- name: kafka-ca
  secret: {secretName: {{ $values.kafka.ca.secret }}, defaultMode: 0440, items: [{key: {{ $values.kafka.ca.key }}, path: {{ $values.kafka.ca.key }}}]}
{{- end }}
{{- if $values.postgres.ca.secret }}
- name: postgres-ca
  secret: {secretName: {{ $values.postgres.ca.secret }}, defaultMode: 0440, items: [{key: {{ $values.postgres.ca.key }}, path: {{ $values.postgres.ca.key }}}]}
{{- end }}
{{- end }}

{{- define "usher.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
