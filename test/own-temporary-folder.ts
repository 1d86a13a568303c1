import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IN_MEMORY, memoryFolder } from './memory-folder.ts'
import { makeRunFolder, removeLeftFolders } from './run-folders.ts'
import { ROOT } from './source-tree.ts'

const folders: string[] = []

/**
 * Gives a run temporary folders of its own, on the disk and in memory, so that nothing of it stays, whatever a test forgets or
 * breaks off. Those of runs that were killed are removed by the next one.
 */
export function setup(): void {
  const memory = memoryFolder()
  const inMemory = memory === null ? null : folderBelow(memory)
  process.env[IN_MEMORY] = inMemory !== null && runsPrograms(inMemory) ? inMemory : ''
  process.env.TMPDIR = folderBelow(tmpdir())
  // What `./lares` does for the programs and threads that it starts; many tests start them without it.
  process.env.NODE_COMPILE_CACHE ??= join(ROOT, '.cache/node')
}

export function teardown(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

function folderBelow(parent: string): string {
  removeLeftFolders(parent)
  const folder = makeRunFolder(parent)
  folders.push(folder)
  return folder
}

/** Tests write programs and start them, which the memory of a container often does not allow. */
function runsPrograms(folder: string): boolean {
  const program = join(folder, 'program')
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
  return spawnSync(program).status === 0
}
