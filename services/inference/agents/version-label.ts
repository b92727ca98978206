/** What a run carries as its version: the version, and the number of the tenant's override if that changes something. */
export interface VersionLabel {
  version: string;
  /** 0: none. */
  override: number;
}

export const labelOf = ({ version, override }: VersionLabel): string =>
  override === 0 ? version : `${version}+${override}`;

export function parseLabel(label: string): VersionLabel {
  const [version = "", number] = label.split("+");
  return { version, override: number === undefined ? 0 : Number(number) };
}
