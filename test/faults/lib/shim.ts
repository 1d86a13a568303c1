import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'

const SOURCES = join(import.meta.dirname, '../shim')
const CACHE = join(import.meta.dirname, '../../../.cache/shims')

export type ShimName = 'power-cut' | 'slow-fsync' | 'disk-full' | 'unreadable'

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0)

/** Why the shims cannot be used here, or `null`. Say it when a test is left out for it. */
export const shimTrouble: string | null =
  compiler === undefined
    ? 'There is no C compiler (cc, gcc, clang): install gcc to run the tests of failing disks.'
    : null

if (shimTrouble !== null) console.warn(shimTrouble)

/** Compiles a shim once and returns the path for LD_PRELOAD. Throws what the compiler said. */
export function buildShim(name: ShimName): string {
  if (compiler === undefined) throw new Error(shimTrouble ?? '')
  const source = join(SOURCES, `${name}.c`)
  const digest = createHash('sha256')
    .update(readFileSync(source))
    .update(readFileSync(join(SOURCES, 'below-folder.h')))
  const library = join(CACHE, `${name}-${digest.digest('hex').slice(0, 12)}.so`)
  if (existsSync(library)) return library
  mkdirSync(CACHE, { recursive: true })
  const temporary = `${library}.${process.pid}`
  execFileSync(compiler, [
    '-shared',
    '-fPIC',
    '-O2',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-o',
    temporary,
    source,
    '-ldl',
    '-lpthread',
  ])
  renameSync(temporary, library)
  return library
}
