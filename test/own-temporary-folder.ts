import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'lares-tests-'))

/** Gives a run a temporary folder of its own, so that nothing of it stays, whatever a test forgets or breaks off. */
export function setup(): void {
  // Some tests are another user, who must be able to pass.
  chmodSync(folder, 0o755)
  process.env.TMPDIR = folder
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
