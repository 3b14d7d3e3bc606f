/** Names and addresses of a node. All of them live in its own network namespace but the link to it. */

/** How the cluster calls it. */
export const NODE_NAME = 'duckmon';

/** A pair of network interfaces joins the machine with the node: this end is the machine's. */
export const LINK = 'duckmon-node';
/** The other end. */
export const NODE_LINK = 'eth0';
export const MACHINE_ADDRESS = '10.243.0.1';
export const NODE_ADDRESS = '10.243.0.2';
export const LINK_PREFIX = 30;

/** Pods hang on this bridge. */
export const POD_BRIDGE = 'pods';
export const POD_ADDRESSES = '10.244.0.0/24';
export const POD_GATEWAY = '10.244.0.1';

/** Addresses of Services; a control plane alone routes them nowhere. */
export const SERVICE_ADDRESSES = '10.96.0.0/16';
export const DNS_ADDRESS = '10.96.0.10';

/** By what the API server proves to the kubelet who it is; names of files in the node's folder. */
export const KUBELET_CLIENT = {
  certificate: 'kubelet-client.crt',
  key: 'kubelet-client.key',
} as const;
