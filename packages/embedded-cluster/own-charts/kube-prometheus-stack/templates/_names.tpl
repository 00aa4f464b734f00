{{- define "fullname" -}}
{{- $name := contains .Chart.Name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) -}}
{{- .Values.fullnameOverride | default $name | trunc 26 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels of an object of a component, such as `list . "operator"`. */}}
{{- define "labels" -}}
{{- with index . 0 -}}
app: {{ .Chart.Name }}-{{ index $ 1 }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.Version | quote }}
app.kubernetes.io/part-of: {{ .Chart.Name }}
chart: {{ .Chart.Name }}-{{ .Chart.Version }}
release: {{ .Release.Name | quote }}
heritage: {{ .Release.Service | quote }}
{{- end -}}
{{- end -}}

{{- define "image" -}}
{{- $image := index . 1 -}}
{{ $image.registry }}/{{ $image.repository }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}
{{- end -}}

{{/* ServiceAccount, ClusterRole with the rules of a file, and what binds them, all of one name. */}}
{{- define "account" -}}
{{- $component := index . 1 -}}
{{- $manifest := index . 2 -}}
{{- with index . 0 -}}
{{- $name := printf "%s-%s" (include "fullname" .) $component -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $name }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "labels" (list . $component) | nindent 4 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $name }}
  labels:
    {{- include "labels" (list . $component) | nindent 4 }}
rules:
  {{- (.Files.Get $manifest | fromYaml).rules | toYaml | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ $name }}
  labels:
    {{- include "labels" (list . $component) | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ $name }}
    namespace: {{ .Release.Namespace }}
{{- end -}}
{{- end -}}
