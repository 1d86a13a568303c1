/** https://semver.org, without pre-releases: what is not published is a draft. */
const VERSION = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/

export const FIRST_VERSION = '1.0.0'

export const BUMPS = ['patch', 'minor', 'major'] as const
export type Bump = (typeof BUMPS)[number]

export function isVersion(text: string): boolean {
  return VERSION.test(text)
}

/** Older first. What is no version, as central may call one, is older than all that are. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)]
  for (const [index, part] of left.entries()) {
    const difference = part - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** The version after the highest of these. */
export function nextVersion(versions: readonly string[], bump: Bump): string {
  const highest = versions.filter(isVersion).sort(compareVersions).at(-1)
  if (highest === undefined) return FIRST_VERSION
  const [major = 0, minor = 0, patch = 0] = partsOf(highest)
  if (bump === 'major') return `${major + 1}.0.0`
  return bump === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}

function partsOf(version: string): number[] {
  const [, ...parts] = VERSION.exec(version) ?? []
  return parts.length === 3 ? parts.map(Number) : [-1, -1, -1]
}
