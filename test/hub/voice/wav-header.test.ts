import { describe, expect, it } from 'vitest'
import { WAV_HEADER_BYTES, wavHeader } from '../../../shared/wav-header.ts'

describe('the header of a WAV file', () => {
  it('is the canonical 44 bytes of 16 kHz mono s16le', () => {
    const header = wavHeader(1_280)
    expect(header.length).toBe(WAV_HEADER_BYTES)
    expect(header.toString('hex')).toBe(
      `52494646${le32(36 + 1_280)}57415645666d74201000000001000100803e0000007d00000200100064617461${le32(1_280)}`,
    )
  })
})

function le32(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes.toString('hex')
}
