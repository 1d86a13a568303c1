import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DesiredSettings, desiredSetting } from '../../../edge/orders/desired.ts'
import { silentLog } from '../../../shared/log.ts'
import type { Reported } from '../../../shared/messages/reported.ts'
import { emptyEdgeDatabase } from '../edge-database.ts'

function setUp(db = emptyEdgeDatabase()) {
  const applied: unknown[] = []
  const reports: Reported[] = []
  const settings = [
    desiredSetting({
      key: 'heartbeat_s',
      value: z.number().min(5).max(3600),
      apply: (value) => void applied.push(['heartbeat_s', value]),
    }),
    desiredSetting({
      key: 'trigger',
      value: z.enum(['voice', 'button']),
      apply: (value) => {
        if (value === 'button') throw new Error('this device has no button')
        applied.push(['trigger', value])
      },
    }),
  ]
  const desired = new DesiredSettings({ db, log: silentLog, settings, report: (reported) => reports.push(reported) })
  const take = (version: number, values: Record<string, string | number>) =>
    desired.take({ version, name: 'Kitchen', settings: values, persona: null })
  return { db, applied, reports, desired, take }
}

describe('desired settings', () => {
  it('are put into effect and reported', () => {
    const { applied, reports, take } = setUp()
    take(3, { heartbeat_s: 60 })
    expect(applied).toEqual([['heartbeat_s', 60]])
    expect(reports).toEqual([{ version: 3, settings: { heartbeat_s: 60 }, refused: [] }])
  })

  it('are refused one by one, each with its reason', () => {
    const { applied, reports, take } = setUp()
    take(4, { heartbeat_s: 1, trigger: 'button', 'Recorder Command': '/bin/sh' })
    expect(applied).toEqual([])
    expect(reports[0]).toMatchObject({
      version: 4,
      settings: {},
      refused: [
        { key: 'heartbeat_s', reason: 'must be at least 5' },
        { key: 'trigger', reason: 'this device has no button' },
        { key: 'recorder_command', reason: 'this device has no such setting' },
      ],
    })
  })

  it('give way to the local file when the hub no longer asks for them', () => {
    const { applied, take } = setUp()
    take(1, { heartbeat_s: 60 })
    take(2, {})
    expect(applied).toEqual([
      ['heartbeat_s', 60],
      ['heartbeat_s', null],
    ])
  })

  it('hold after a restart without the hub', () => {
    const first = setUp()
    first.take(5, { heartbeat_s: 90 })
    const second = setUp(first.db)
    second.desired.start()
    expect(second.applied).toEqual([['heartbeat_s', 90]])
    expect(second.reports).toEqual([])
    expect(second.desired.current?.version).toBe(5)
  })
})
