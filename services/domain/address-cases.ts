/** Addresses with the answer that the classifier must give, as test data. */

export interface AddressCase {
  readonly address: string;
  readonly allowed: boolean;
  readonly why: string;
}

/** One of each kind of special address, and two ordinary ones. */
export const addressCases: readonly AddressCase[] = [
  {
    address: '0.0.0.0',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '0.1.2.3',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '10.1.2.3',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '100.64.0.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '127.0.0.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '127.255.255.254',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '169.254.169.254',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '172.16.0.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '192.0.0.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '192.0.0.170',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '192.0.2.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '192.31.196.1',
    allowed: false,
    why: 'AS112-v4 service range: global by registry, never a web page; refused on purpose',
  },
  {
    address: '192.52.193.1',
    allowed: false,
    why: 'AMT service range: global by registry, never a web page; refused on purpose',
  },
  { address: '192.88.99.1', allowed: false, why: 'deprecated 6to4 relay anycast' },
  {
    address: '192.168.0.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '198.18.0.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '198.51.100.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '203.0.113.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '224.0.0.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '239.255.255.250',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '240.0.0.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '255.255.255.255',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '168.63.129.16',
    allowed: false,
    why: "in no registry, but a cloud platform address (metadata/DNS): refused by the project's own list",
  },
  {
    address: '100.100.100.200',
    allowed: false,
    why: 'shared address space; a cloud metadata address',
  },
  {
    address: '192.0.0.192',
    allowed: false,
    why: 'IETF protocol assignments; a cloud metadata address',
  },
  { address: '::', allowed: false, why: 'special-purpose or embeds a special-purpose address' },
  { address: '::1', allowed: false, why: 'special-purpose or embeds a special-purpose address' },
  {
    address: '::7f00:1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '::a9fe:a9fe',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '::ffff:127.0.0.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '::ffff:169.254.169.254',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '::ffff:0:127.0.0.1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '64:ff9b::7f00:1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '64:ff9b::a9fe:a9fe',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '64:ff9b:1::a9fe:a9fe',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '64:ff9b:1:a9fe:a9:fe00::',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  { address: '100::1', allowed: false, why: 'special-purpose or embeds a special-purpose address' },
  {
    address: '100:0:0:1::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '2001::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '2001:2::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '2001:10::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '2001:20::1',
    allowed: false,
    why: 'ORCHIDv2: global by registry, not routable; refused on purpose',
  },
  {
    address: '2001:db8::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '2002:7f00:1::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '2002:a9fe:a9fe::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '2620:4f:8000::1',
    allowed: false,
    why: 'AS112-v6 direct delegation: global by registry, never a web page; refused on purpose',
  },
  {
    address: '3fff::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '5f00::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: 'fc00::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: 'fd00:ec2::254',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: 'fe80::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: 'fec0::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: 'ff02::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: 'ff0e::1',
    allowed: false,
    why: 'special-purpose or embeds a special-purpose address',
  },
  {
    address: '2600:1900::5efe:a9fe:a9fe',
    allowed: false,
    why: 'ISATAP form embedding 169.254.169.254',
  },
  { address: '8.8.8.8', allowed: true, why: 'control: ordinary global unicast' },
  { address: '2606:4700:4700::1111', allowed: true, why: 'control: ordinary global unicast' },
];
