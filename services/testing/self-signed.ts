import { generateKeyPairSync, sign } from "node:crypto";

/** A key and a certificate for one name, which nobody trusts who is not told to. */
export function selfSigned(name: string): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const subject = seq(set(seq(oid(COMMON_NAME), der(UTF8, Buffer.from(name)))));
  const day = 24 * 3600_000;
  const validity = seq(time(Date.now() - day), time(Date.now() + day));
  const altNames = seq(oid(SUBJECT_ALT_NAME), der(OCTETS, seq(der(DNS_NAME, Buffer.from(name)))));
  const signed = seq(
    der(0xa0, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from([1])),
    seq(oid(ECDSA_SHA256)),
    subject,
    validity,
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, seq(altNames)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign("sha256", signed, privateKey)]);
  const certificate = seq(signed, seq(oid(ECDSA_SHA256)), der(BITS, signature));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
  };
}

const INTEGER = 0x02;
const BITS = 0x03;
const OCTETS = 0x04;
const OID = 0x06;
const UTF8 = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const DNS_NAME = 0x82;

const COMMON_NAME = [0x55, 4, 3];
const SUBJECT_ALT_NAME = [0x55, 29, 17];
const ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

/** A value with its tag and its length, as X.690 writes them. */
function der(tag: number, value: Uint8Array): Buffer {
  const { length } = value;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

const seq = (...parts: Uint8Array[]): Buffer => der(SEQUENCE, Buffer.concat(parts));
const set = (...parts: Uint8Array[]): Buffer => der(SET, Buffer.concat(parts));
const oid = (bytes: readonly number[]): Buffer => der(OID, Buffer.from(bytes));
const time = (at: number): Buffer =>
  der(UTC_TIME, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));
