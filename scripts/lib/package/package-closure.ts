export interface LockedPackage {
  version?: string
  license?: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

/** Folder in the tree ('' for the root) → package. */
export type Lock = ReadonlyMap<string, LockedPackage>

export function packagesOfLock(text: string): Lock {
  return new Map(Object.entries((JSON.parse(text) as { packages: Record<string, LockedPackage> }).packages))
}

/** Folders of the named packages of the root and of all that they need, sorted. Throws for one that the lock does not have. */
export function closureOf(lock: Lock, names: readonly string[]): string[] {
  const found = new Set<string>()
  const visit = (from: string, name: string, needed: boolean) => {
    const folder = resolve(lock, from, name)
    if (folder === null) {
      if (needed) throw new Error(`package-lock.json has no ${name} for ${from || 'the program'}`)
      return
    }
    if (found.has(folder)) return
    found.add(folder)
    const {
      dependencies = {},
      optionalDependencies = {},
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = lock.get(folder) ?? {}
    for (const inner of Object.keys(dependencies)) visit(folder, inner, true)
    for (const inner of Object.keys(optionalDependencies)) visit(folder, inner, false)
    for (const inner of Object.keys(peerDependencies))
      if (peerDependenciesMeta[inner]?.optional !== true) visit(folder, inner, false)
  }
  for (const name of names) visit('', name, true)
  return [...found].toSorted()
}

/** Where Node finds a package: beside its user, or further up. */
function resolve(lock: Lock, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.replace(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    const here = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (lock.has(here)) return here
    if (folder === '') return null
  }
}
