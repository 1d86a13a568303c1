import { expect, it } from 'vitest'
import { systemMachine } from '../../../edge/health/machine.ts'
import type { EventBody } from '../../../edge/outbox/bodies.ts'
import { Sensing } from '../../../edge/parts/sensing.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { turns } from '../../hub/broker/broker-under-test.ts'

/** A sensor whose program fails until it is told to work. */
function failingSensor() {
  const clock = new ManualClock()
  const events: EventBody[] = []
  let works = false
  const run = async () => {
    if (!works) throw new Error('no answer')
    return '21.5'
  }
  const sensing = new Sensing({
    tables: { probe: { driver: 'command', command: ['probe'], interval_s: 60 } },
    file: null,
    faults: [],
    machine: { ...systemMachine({ clock }), run },
    clock,
    log: silentLog,
    outbox: {
      readings: () => 'stored',
      event(event) {
        events.push(event)
        return 'stored'
      },
    },
    onSensors() {},
  })
  return {
    sensing,
    events,
    mend() {
      works = true
    },
  }
}

it('ends the alarms of a sensor that is sampled by other settings, for nobody else knows of them', async () => {
  const { sensing, events, mend } = failingSensor()
  sensing.start()
  await turns(5)
  expect(events).toMatchObject([{ type: 'sensor_failing', data: { source: 'probe' } }])
  mend()
  sensing.override({ probe: { interval_s: 30 } })
  await turns(5)
  expect(events.slice(1)).toMatchObject([{ type: 'sensor_recovered', data: { source: 'probe' } }])
  expect(sensing.failing()).toEqual([])
  sensing.stop()
})
