import { describe, expect, it } from 'vitest'
import { Sampler } from '../../../edge/sensors/sampler.ts'
import type { SensorDescription, SensorResult, SensorSource } from '../../../edge/sensors/source.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { sampled, sampling, source, temperature, values } from './sampling.ts'

describe('sampling', () => {
  it('reads at once, then on the beat of the interval, with both clocks on every value', async () => {
    const one = source('a', (_, call) => [{ sensor: 'a', value: call }])
    const { readings, advance, clock } = sampling([sampled(one)])
    const start = clock.mono()
    await advance(30_000)
    expect(readings.map(({ value, mono }) => [value, mono - start])).toEqual([
      [1, 0],
      [2, 10_000],
      [3, 20_000],
      [4, 30_000],
    ])
    expect(readings[3]?.at).toBe(clock.now())
  })

  it('does not send an unchanged value until it was silent for too long', async () => {
    const one = source('a', () => [{ sensor: 'a', value: 20 }])
    const { readings, advance } = sampling([sampled(one, { maxSilenceMs: 60_000 })])
    await advance(130_000)
    expect(readings).toHaveLength(3)
  })

  it('measures the deadband from the last value sent, so that a slow drift passes', async () => {
    const one = source('a', (_, call) => [{ sensor: 'a', value: 20 + call / 10 }])
    const { readings, advance } = sampling([sampled(one, { deadband: new Map([['a', 0.3]]) })])
    await advance(90_000)
    expect(values(readings, 'a')).toEqual([20.1, 20.4, 20.7, 21])
  })

  it('rounds to the digits that the kind calls meaningful', async () => {
    const one = source('a', () => [{ sensor: 'a', value: 20.0625 }])
    const { readings, advance } = sampling([sampled(one)])
    await advance(0)
    expect(values(readings, 'a')).toEqual([20.1])
  })

  it('stops: no timer is left, the read under way is aborted and its value is not handed over', async () => {
    let aborted = false
    let answer: (results: SensorResult[]) => void = () => {}
    const one = source('a', (signal) => {
      signal.addEventListener('abort', () => (aborted = true))
      return new Promise((resolve) => (answer = resolve))
    })
    const { sampler, readings, advance } = sampling([sampled(one)])
    await advance(1_000)
    sampler.stop()
    answer([{ sensor: 'a', value: 1 }])
    await advance(60_000)
    expect(aborted).toBe(true)
    expect(readings).toEqual([])
    expect(one.calls).toBe(1)
    sampler.stop()
  })
})

describe('the sensors of a device', () => {
  it('are those of all sources, and a discovered one says that it is new', async () => {
    let sensors: SensorDescription[] = []
    const discovering: SensorSource = {
      name: 'bus',
      get sensors() {
        return sensors
      },
      async read(_signal, hand) {
        await Promise.resolve()
        if (sensors.length === 0) sensors = [temperature('w1_1')]
        hand({ sensor: 'w1_1', value: 4 })
      },
    }
    const fixed = source('a', () => [])
    const { sampler, readings, advance, changes } = sampling([sampled(fixed), sampled(discovering)])
    expect(sampler.current().map(({ key }) => key)).toEqual(['a'])
    await advance(20_000)
    expect(sampler.current().map(({ key }) => key)).toEqual(['a', 'w1_1'])
    expect(values(readings, 'w1_1')).toEqual([4])
    expect(changes()).toBe(1)
  })

  it('may not be announced by two sources', () => {
    const twins = [sampled(source('x', () => [])), sampled(source('y', () => [], [temperature('x')]))]
    const options = { clock: new ManualClock(), log: silentLog, onReadings: () => {}, onTrouble: () => {} }
    expect(() => new Sampler({ sources: twins, ...options })).toThrow(
      'the sensor x comes from both [sensors.x] and [sensors.y]',
    )
  })
})
