import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../source-tree.ts'
import { type Mutation, mutated } from './mutation.ts'

/** Not copied: what was installed is linked, and what was cached is made anew. */
const INSTALLED = ['node_modules', '.node']
const LEFT_OUT = [...INSTALLED, '.cache', '.git', 'coverage']

/** A copy of the repository in which safeguards may be missing, beside the one that somebody works in. */
export class WorkingCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'lares-mutations-'))

  constructor() {
    // Some tests are another user, who must be able to pass.
    chmodSync(this.folder, 0o755)
    for (const name of readdirSync(ROOT))
      if (!LEFT_OUT.includes(name)) cpSync(join(ROOT, name), join(this.folder, name), { recursive: true })
      else if (INSTALLED.includes(name)) symlinkSync(join(ROOT, name), join(this.folder, name))
  }

  /** Takes the safeguard out while `run` runs. Throws when its text is not there. */
  async without<T>(mutation: Mutation, run: () => Promise<T>): Promise<T> {
    const path = join(this.folder, mutation.file)
    const intact = readFileSync(path, 'utf8')
    writeFileSync(path, mutated(intact, mutation))
    try {
      return await run()
    } finally {
      writeFileSync(path, intact)
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }
}
