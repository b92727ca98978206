import { BlockList, isIPv4, isIPv6 } from "node:net";

/** IANA's special-purpose registries: what is not of the public internet, or leads elsewhere through a translation. */
const SPECIAL: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
];
const GLOBAL_UNICAST = listOf(["2000::/3"]);
const special = listOf(SPECIAL);

/** Whether an address is one of the public internet, and not of this machine, its network or its cloud. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, "ipv4");
  if (address.includes("%")) return false;
  // An IPv4 address within IPv6 is outside of the global unicast range, as loopback and link-local ones are.
  return isIPv6(address) && GLOBAL_UNICAST.check(address, "ipv6") && !special.check(address, "ipv6");
}

function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = "", prefix] = subnet.split("/");
    list.addSubnet(address, Number(prefix), isIPv4(address) ? "ipv4" : "ipv6");
  }
  return list;
}
