import { describe, expect, it } from 'vitest'
import { problemFrom } from '../../edge/doctor/findings.ts'
import { readHardwareModel } from '../../edge/health/hardware.ts'
import { StderrTail } from '../../edge/sound/sound-fault.ts'
import { check } from '../../shared/codec.ts'
import { fakeTree } from '../edge/health/fake-tree.ts'
import { readSources } from '../source-tree.ts'

const DIRTY = 'no\0bus \u001b[31mred\u001b[0m\r\n\u202ehere\ud800'
const CLEAN = 'no bus red here\ufffd'

describe('text for people that a program, a device or somebody far away made', () => {
  it('is cleaned where a message enters, and costs no alarm', () => {
    const event = { type: 'sensor_failed', description: DIRTY }
    expect(check('event', event)).toMatchObject({ ok: true, value: { description: CLEAN } })
  })

  it('is cleaned within the data of an event, however deep, line by line', () => {
    const data = { why: DIRTY, lines: ['one\r\ntwo\u0007', { deep: DIRTY }], count: 3, none: null }
    expect(check('event', { type: 'sensor_failed', data })).toMatchObject({
      ok: true,
      value: {
        data: {
          why: 'no bus red\nhere\ufffd',
          lines: ['one\ntwo', { deep: 'no bus red\nhere\ufffd' }],
          count: 3,
          none: null,
        },
      },
    })
    expect(check('event', { type: 'x', data: { 'key\0': 1 } })).toMatchObject({ ok: false })
  })

  it('is counted after it was cleaned', () => {
    expect(check('event', { type: 'x', description: `${'a'.repeat(500)}\0\n` })).toMatchObject({ ok: true })
    expect(check('event', { type: 'x', description: 'a'.repeat(501) })).toMatchObject({ ok: false })
  })

  it('is cleaned as it is read from a recorder and from the firmware', async () => {
    const tail = new StderrTail()
    tail.push(Buffer.from('arecord: \u001b[1mopen\0failed\n\u0007\nlast\u0007'))
    expect(tail.lines).toEqual(['arecord: open failed', 'last'])
    const { machine } = fakeTree({ files: { '/proc/device-tree/model': 'Board\u001b]0;x\u00073\0' } })
    expect(await readHardwareModel(machine)).toBe('Board ]0;x 3')
  })

  it('reaches no terminal through the doctor', () => {
    expect(problemFrom('sensor a', new Error(DIRTY))).toMatchObject({ says: CLEAN })
  })

  it('is still refused where it identifies something', () => {
    expect(check('event', { type: 'x', epoch: 'e\0', lane: 'live', seq: 1 })).toMatchObject({ ok: false })
  })
})

describe('a message of the program', () => {
  it('says a span of time in the unit that fits, not in milliseconds', () => {
    const raw = /\$\{[^}]*(?:Ms|_ms|_MS)\} ms\b/
    const sources = readSources(['shared/**/*.ts', 'edge/**/*.ts', 'hub/**/*.ts', 'central/**/*.ts', 'cli/**/*.ts'])
    expect(sources.filter(({ text }) => raw.test(text)).map(({ path }) => path)).toEqual([])
  })
})
