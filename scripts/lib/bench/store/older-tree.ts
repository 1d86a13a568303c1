import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { asError } from '../../../../shared/errors.ts'

const SQLITE = 'better-sqlite3'
/** Of its package: what was compiled here, and what it is compiled from. */
const NOT_AS_IT_CAME = new Set(['build', 'deps', 'src'])

/**
 * Lays the files of an older commit of this checkout into a folder, beside the packages of this one, but with SQLite as it came:
 * whatever was compiled since belongs to what is compared. It is no worktree, so that one that is killed leaves nothing in the
 * repository. Returns the reason in a sentence where that cannot be.
 */
export function layOut(ref: string, { root, folder }: { root: string; folder: string }): { root: string } | string {
  try {
    const commit = git(root, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`).trim()
    mkdirSync(folder)
    const archive = join(folder, 'archive.tar')
    git(root, 'archive', '--output', archive, commit)
    execFileSync('tar', ['-xf', archive, '-C', folder], { stdio: 'pipe' })
    layPackages(join(root, 'node_modules'), join(folder, 'node_modules'))
    return { root: folder }
  } catch (error) {
    const [line = ''] = asError(error).message.trim().split('\n')
    return `${ref} is not to be had from git here (a shallow clone has only its newest commits): ${line}`
  }
}

function layPackages(packages: string, folder: string): void {
  mkdirSync(folder)
  for (const name of readdirSync(packages)) if (name !== SQLITE) symlinkSync(join(packages, name), join(folder, name))
  const from = join(packages, SQLITE)
  cpSync(from, join(folder, SQLITE), {
    recursive: true,
    filter: (path) => !(dirname(path) === from && NOT_AS_IT_CAME.has(basename(path))),
  })
}

function git(root: string, ...args: string[]): string {
  return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
