import { chownSync, statSync } from 'node:fs'

/**
 * What root writes into somebody's folder is theirs: the service must be able to use it. Nothing for anybody else, nor where
 * it is theirs already: a service may be root without the right to give files away.
 */
export function giveToOwnerOf(folder: string, file: string): void {
  if (process.geteuid?.() !== 0) return
  const { uid, gid } = statSync(folder)
  const now = statSync(file)
  if (now.uid !== uid || now.gid !== gid) chownSync(file, uid, gid)
}
