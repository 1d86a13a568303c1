import { describe, expect, it } from 'vitest'
import { readableLine } from '../../shared/log-line.ts'

const line = (fields: object) =>
  JSON.stringify({ level: 30, time: new Date(2026, 10, 27, 15, 4, 5).getTime(), ...fields })
const plain = { colours: false }

describe('a line of the log on a terminal', () => {
  it('says when, who and what, and then the rest', () => {
    expect(readableLine(line({ part: 'broker', msg: 'a connection was refused', client: 'x', tries: 3 }), plain)).toBe(
      '15:04:05 broker: a connection was refused client=x tries=3\n',
    )
  })

  it('names a level only when something is the matter', () => {
    expect(readableLine(line({ level: 40, msg: 'the disk is low' }), plain)).toBe('15:04:05 warning: the disk is low\n')
    expect(readableLine(line({ level: 50, msg: 'x' }), plain)).toBe('15:04:05 error: x\n')
  })

  it('is coloured unless nobody wants that', () => {
    const bad = line({ level: 50, msg: 'x' })
    expect(readableLine(bad, { colours: true })).toContain('\u001b[31mx\u001b[0m')
    expect(readableLine(bad, plain)).not.toContain('\u001b')
  })

  it('hands no control character of a device to the terminal', () => {
    const evil = '\u001b[2J\u0007\nroot#'
    const shown = readableLine(line({ msg: `m${evil}`, part: evil, name: evil, deep: { evil } }), plain)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(shown.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f]/)
  })

  it('keeps what is no JSON as it is', () => {
    expect(readableLine('rubbish\n', plain)).toBe('rubbish\n')
  })
})
