import { describe, expect, it } from 'vitest'
import { readLogLine } from '../../web/screens/device/log-line.ts'

describe('a line of the log of an agent', () => {
  it('is read with its time, level, part and what stands beside it', () => {
    const line = JSON.stringify({ level: 40, time: 5, part: 'link', msg: 'lost', hub: '10.0.0.1', tries: [1] })
    expect(readLogLine(line)).toEqual({
      at: 5,
      level: 'warn',
      part: 'link',
      says: 'lost',
      beside: 'hub=10.0.0.1 tries=[1]',
    })
  })

  it.each(['(node:1) Warning', '{"level":', '[1]', '7', ''])('that is %s is shown as it is', (line) => {
    expect(readLogLine(line)).toMatchObject({ at: null, says: line })
  })

  it('with a time that no calendar has is shown without one', () => {
    expect(readLogLine('{"time":1e300,"msg":"x"}')).toMatchObject({ at: null, says: 'x' })
  })
})
