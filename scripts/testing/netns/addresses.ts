/** Addresses of the network of a test. All of them are made inside namespaces; nothing leaves the machine. */
import { DEFAULT_PORTS } from '../../../services/core/contracts/ports.ts';
import type { Role } from './names.ts';

/** Address of each part on its link; the hub is the `.1` beside it. */
export const LINKS: Readonly<Record<Role, { readonly v4: string; readonly v6: string }>> = {
  edge: { v4: '10.244.3.2', v6: 'fd42:3::2' },
  browse: { v4: '10.244.1.2', v6: 'fd42:1::2' },
  proxy: { v4: '10.244.2.2', v6: 'fd42:2::2' },
  inet: { v4: '10.244.4.2', v6: 'fd42:4::2' },
};

export const PROXY_PORT = DEFAULT_PORTS.egress;
export const PROXY_URL = `http://${LINKS.proxy.v4}:${PROXY_PORT}`;

/** The name service of the cluster. */
export const DNS_ADDRESS = '10.244.4.53';

/** Web sites that anybody may read. */
export const SITES = {
  v4: '93.184.215.14',
  second: '93.184.216.34',
  v6: '2606:2800:21f:cb07:6820:80da:af6b:8b2c',
} as const;

/** What no page may reach: metadata of clouds, the API server's ClusterIP, a special-purpose block. */
export const FORBIDDEN = {
  metadata: '169.254.169.254',
  metadataV6: 'fd00:ec2::254',
  clusterIp: '10.96.0.1',
  special: '203.0.113.10',
} as const;

/** Every address that the fake Internet answers on. */
export const INET_ADDRESSES: readonly string[] = [
  DNS_ADDRESS,
  ...Object.values(SITES),
  ...Object.values(FORBIDDEN),
];
