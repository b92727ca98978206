export interface LockedPackage {
  version?: string;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  dev?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}

export interface Lockfile {
  packages: Record<string, LockedPackage>;
}

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const PROCESSORS: Readonly<Record<string, string>> = {
  aarch64: "arm64",
  arm: "arm",
  arm64: "arm64",
  armv7: "arm",
  ia32: "ia32",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  wasm32: "wasm32",
  x64: "x64",
};

/** The optional packages of other platforms that a lockfile fails to list; `npm ci` refuses such a lockfile. */
export function missingPlatformPackages({ packages }: Lockfile): Record<string, LockedPackage> {
  const missing: Record<string, LockedPackage> = {};
  for (const [path, { dev, optionalDependencies }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      const listed = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
      if (listed === undefined) missing[`node_modules/${name}`] = { version, ...platformOf(name, dev) };
    }
  }
  return missing;
}

function platformOf(name: string, dev = false): LockedPackage {
  const words = name.split(/[/-]/);
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = words.map((word) => PROCESSORS[word]).find((found) => found !== undefined);
  if (processor === undefined || (system === undefined && processor !== "wasm32")) {
    throw new Error(`${name} does not say for which platform it is`);
  }
  const libc = { gnu: "glibc", musl: "musl" }[words.at(-1) ?? ""];
  return {
    cpu: [processor],
    ...(dev && { dev }),
    ...(libc !== undefined && { libc: [libc] }),
    optional: true,
    ...(system !== undefined && { os: [system] }),
  };
}
