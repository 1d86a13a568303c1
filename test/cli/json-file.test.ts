import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { knownCommands } from '../../cli/commands.ts'
import { isFileAnswer, readJsonFiles } from '../../cli/json-file.ts'
import { parseCall } from '../../cli/parse-call.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-json-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

function read(name: string, content: string | null): unknown {
  const path = join(folder, name)
  if (content !== null) writeFileSync(path, content)
  const call = parseCall(knownCommands(), ['personas', 'import', path], 0)
  readJsonFiles(call)
  return call.params.persona
}

describe('a file that a command takes whole', () => {
  it('is read, also with a mark at its beginning', () => {
    expect(read('butler.json', '{"format":"x"}')).toEqual({ format: 'x' })
    expect(read('bom.json', '\uFEFF{"format":"x"}')).toEqual({ format: 'x' })
  })

  it.each([
    ['is no JSON', 'broken.json', '{', 'broken.json is no JSON'],
    ['is larger than a request', 'large.json', ' '.repeat(1024 * 1024 + 1), 'large.json is larger than 1 MB'],
    ['is not there', 'gone.json', null, 'gone.json'],
  ])('that %s is named with what is wrong', (_, name, content, message) => {
    expect(() => read(name, content)).toThrow(message)
  })

  it('is what an export answers, and no other command', () => {
    const named = knownCommands()
      .filter(isFileAnswer)
      .map(({ area, verb }) => `${area} ${verb}`)
    expect(named).toEqual(['personas export'])
  })
})
