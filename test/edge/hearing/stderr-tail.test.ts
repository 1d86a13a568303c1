import { describe, expect, it } from 'vitest'
import { StderrTail } from '../../../edge/sound/sound-fault.ts'
import { endOfText } from '../../../shared/cut-text.ts'

describe('what a sound program says', () => {
  it('is read whole, although its bytes come in pieces that end within a character', () => {
    const tail = new StderrTail()
    const bytes = Buffer.from('arecord: für immer 🎤\n')
    for (const byte of bytes) tail.push(Buffer.from([byte]))
    expect(tail.lines).toEqual(['arecord: für immer 🎤'])
  })

  it('keeps no half of a character where its beginning is let go', () => {
    expect(endOfText('a🎤b', 2)).toBe('b')
    expect(endOfText('a🎤b', 3)).toBe('🎤b')
  })
})
