/** Names that Kubernetes takes as a label of DNS (RFC 1123): namespaces, workspaces, names of Secrets. */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
