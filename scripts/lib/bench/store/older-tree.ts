import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { asError } from '../../../../shared/errors.ts'

/**
 * Lays the files of an older commit of this checkout into a folder, beside the packages of this one. It is no worktree, so that one
 * that is killed leaves nothing in the repository. Returns the reason in a sentence where that cannot be.
 */
export function layOut(ref: string, { root, folder }: { root: string; folder: string }): { root: string } | string {
  try {
    const commit = git(root, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`).trim()
    mkdirSync(folder)
    const archive = join(folder, 'archive.tar')
    git(root, 'archive', '--output', archive, commit)
    execFileSync('tar', ['-xf', archive, '-C', folder], { stdio: 'pipe' })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    return { root: folder }
  } catch (error) {
    const [line = ''] = asError(error).message.trim().split('\n')
    return `${ref} is not to be had from git here (a shallow clone has only its newest commits): ${line}`
  }
}

function git(root: string, ...args: string[]): string {
  return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
