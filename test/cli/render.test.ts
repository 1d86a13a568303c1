import { describe, expect, it } from 'vitest'
import { render } from '../../cli/render.ts'

describe('an answer in the terminal', () => {
  it('shows lists as tables, with columns that hold something', () => {
    const devices = [
      { id: 'a', name: 'Kitchen', last_seen: 1_767_225_600_000, room: null },
      { id: 'long-id', name: 'Hall', last_seen: null, room: null },
    ]
    expect(render({ devices }).split('\n')).toEqual([
      'id       name     last_seen',
      'a        Kitchen  2026-01-01 00:00:00',
      'long-id  Hall     -',
      '',
    ])
  })

  it('shows an empty list, plain values and nested ones', () => {
    expect(render({ devices: [] })).toBe('no devices\n')
    expect(render({ version: '1', ledger: { received: 1, deep: { x: [1, 2] } } })).toBe(
      'version  1\nledger\n  received  1\n  deep\n    x  [1,2]\n',
    )
    expect(render('text')).toBe('text\n')
    expect(render(null)).toBe('-\n')
  })

  it('lets no control character reach the terminal, from any name or value', () => {
    const evil = '\u001b[2J\u0007\u009b31m\r\nnew line\u0000\u202e'
    for (const shown of [
      render(evil),
      render({ devices: [{ id: 'a', name: evil }] }),
      render({ device: { name: evil, deep: { list: [evil] } } }),
      render({ [evil]: 1, devices: [{ [evil]: 1 }], deep: { [evil]: { [evil]: 1 } } }),
    ])
      expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(render({ devices: [{ name: 'a\nb' }] }).split('\n')).toHaveLength(3)
  })

  it('survives times that are none', () => {
    expect(() => render({ rows: [{ time: 1e300, created_at: Number.NaN, last_seen: 'x' }] })).not.toThrow()
  })
})
