/** Address blocks and the ranges that are never fetched, for parts that do not know the domain. */
export {
  cloudAddresses,
  globalV6,
  nat64WellKnown,
  refusedV4,
  refusedV6,
} from '../domain/address-data.ts';
export { contains, parseCidr, parseIp, type Cidr, type IpNumber } from '../domain/cidr.ts';
