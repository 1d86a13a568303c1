import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sectionNames } from '../../scripts/lib/marked-sections.ts'
import { explainedFields } from '../../scripts/lib/protocol-tables.ts'
import { ALL_SECTIONS, DOCUMENTS, staleDocuments } from '../../scripts/lib/write-docs.ts'
import { encode } from '../../shared/codec.ts'
import { FRAME_FLAGS } from '../../shared/messages/audio-frame.ts'
import { MESSAGES, type MessageName } from '../../shared/messages/index.ts'

const root = join(import.meta.dirname, '../..')
const protocol = readFileSync(join(root, 'docs/protocol.md'), 'utf8')

describe('docs/protocol.md', () => {
  it('says what the code says (otherwise run scripts/docs and commit what it wrote)', () => {
    expect(staleDocuments().map(({ file }) => file)).toEqual([])
  })

  it('uses every table that can be written', () => {
    const used = DOCUMENTS.flatMap((name) => sectionNames(readFileSync(join(root, name), 'utf8')))
    expect([...used].sort()).toEqual([...ALL_SECTIONS.keys()].sort())
  })

  it('explains every field (otherwise write a comment beside its schema, or a line in scripts/lib/field-meanings.ts)', () => {
    const names = (Object.keys(MESSAGES) as MessageName[]).filter((name) => name !== 'audio-frame')
    const unexplained = names.flatMap((name) =>
      explainedFields(name)
        .filter(({ meaning }) => meaning === undefined)
        .map(({ path }) => `${name}: ${path}`),
    )
    expect(unexplained).toEqual([])
  })

  it('shows the bytes of an audio frame as they are', () => {
    const pcm = new Uint8Array(1_280)
    const frame = encode('audio-frame', { stream: 7, seq: 0, flags: FRAME_FLAGS.start, captureUs: 123_456_500, pcm })
    const shown = /```\n((?:[0-9a-f]{2}\s+){32})```/.exec(protocol)?.[1]
    expect(shown?.trim().split(/\s+/).join('')).toBe(frame.subarray(0, 32).toString('hex'))
  })
})
