import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OwnProcess } from '../../../hub/core/own-process.ts'

describe('a process of the hub', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lares-own-process-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** A program that says these bytes, each in a chunk of its own. */
  function saying(stream: 'stdout' | 'stderr', bytes: Buffer): string {
    const file = join(folder, `${stream}.mjs`)
    const write = `process.${stream}.write(Buffer.from([byte]), resolve)`
    writeFileSync(file, `for (const byte of ${JSON.stringify([...bytes])}) await new Promise((resolve) => ${write})\n`)
    return file
  }

  it('is heard whole, also where a chunk ends within a character', async () => {
    const said = { file: 'Küche/größer 🎛.db' }
    const own = new OwnProcess<typeof said>(saying('stdout', Buffer.from(JSON.stringify(said))))
    expect(await own.run([])).toEqual(said)
  })

  it('is quoted by its last words when it has no answer', async () => {
    const own = new OwnProcess(saying('stderr', Buffer.from(`${'🎛'.repeat(1_100)} the card is größtenteils gone`)))
    const failure = await own.run([]).catch((error: Error) => error.message)
    expect(failure).toMatch(/^its process ended with 0: 🎛+ the card is größtenteils gone$/u)
  })
})
