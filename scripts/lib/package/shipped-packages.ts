import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importedPackages } from './imported-packages.ts'
import { closureOf, packagesOfLock } from './package-closure.ts'

// Prints the folders of the npm packages that the program loads, one a line, for the source in the first word.
const source = process.argv[2] ?? '.'
const lock = packagesOfLock(readFileSync(join(source, 'package-lock.json'), 'utf8'))
/** Headers, which are needed to compile and not to run. */
const HEADERS = new Set(['nan', 'node-addon-api'])

const { dependencies = {}, optionalDependencies = {} } = lock.get('') ?? {}
const imported = importedPackages(source, Object.keys({ ...dependencies, ...optionalDependencies }))
const folders = closureOf(lock, imported).filter((folder) => !HEADERS.has(folder.replace(/.*node_modules\//, '')))
process.stdout.write(`${folders.join('\n')}\n`)
