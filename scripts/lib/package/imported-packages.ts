import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What an installed Lares is made of. */
const PROGRAM = ['cli', 'edge', 'hub', 'shared', 'speech', 'central', 'drizzle']
const IMPORT = /(?:from|import|import\(|require\()\s*'([^.'][^']*)'/g

/** Those of the given npm packages that the program itself names, sorted; not those that only the page is built with. */
export function importedPackages(source: string, declared: readonly string[]): string[] {
  const names = new Set<string>()
  for (const folder of PROGRAM)
    for (const file of globSync(`${folder}/**/*.ts`, { cwd: source }))
      for (const [, target = ''] of readFileSync(join(source, file), 'utf8').matchAll(IMPORT)) names.add(nameOf(target))
  return declared.filter((name) => names.has(name)).toSorted()
}

/** `@scope/name` or `name` of what may name a file in it. */
const nameOf = (target: string) => /^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target
