import { describe, expect, it } from "vitest";
import { isPublicAddress } from "./public-address.ts";

describe("an address", () => {
  it.each(["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001:81b::200e"])(
    "%s is of the public internet",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ["this machine", "127.0.0.1", "127.255.255.254", "0.0.0.0", "::1", "::"],
    ["a private network", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd00::1"],
    ["a link, where clouds tell keys", "169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254"],
    ["an IPv4 address within IPv6", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1"],
    ["a tunnel", "2002:7f00:1::", "2001:0:7f00:1::"],
    ["many machines", "224.0.0.1", "255.255.255.255", "ff02::1"],
    [
      "a reserved range",
      "192.0.2.1",
      "198.51.100.1",
      "203.0.113.1",
      "198.18.0.1",
      "240.0.0.1",
      "2001:db8::1",
    ],
    ["nothing at all", "", "localhost", "1.2.3", "0x7f.1", "2130706433"],
  ])("of %s is none", (_, ...addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });
});
