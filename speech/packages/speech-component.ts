/** A tarball of npm, and what of it is wanted. */
export interface Tarball {
  package: string
  version: string
  /** Of the whole file, hexadecimal: whatever is in it is what was looked at when this was written. */
  sha256: string
  bytes: number
  /** SPDX. */
  licence: string
  /** Whose it is, for the licence. */
  owner: string
  /** What is taken: a file or a folder of it, and where that lies in the component's folder. */
  takes: readonly { from: string; to: string }[]
}

/** What is fetched as a whole, into a folder of its own, and is there or not. */
export interface SpeechComponent {
  /** Names its folder, with the version: what another version is lies beside it. */
  name: string
  version: string
  says: string
  tarballs: readonly Tarball[]
}

export function folderName({ name, version }: SpeechComponent): string {
  return `${name}-${version}`
}

/** What is to be fetched of it. */
export function downloadBytes({ tarballs }: SpeechComponent): number {
  return tarballs.reduce((sum, { bytes }) => sum + bytes, 0)
}
