import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../edge/sensors/sampled-source.ts'
import { Sampler } from '../../../edge/sensors/sampler.ts'
import type { SensorResult, SensorSource } from '../../../edge/sensors/source.ts'
import type { Trouble } from '../../../edge/sensors/trouble.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'
import { silentLog } from '../../../shared/log.ts'
import { HOUR, type Read, sampled, sampling, source, temperature, values } from './sampling.ts'

describe('a source in trouble', () => {
  it.each<[string, Read]>([
    [
      'throws',
      () => {
        throw new LaresError('device_missing', 'no such chip')
      },
    ],
    ['rejects', () => Promise.reject(new LaresError('device_missing', 'no such chip'))],
    ['throws a string', () => Promise.reject('no such chip')],
    ['returns nonsense', () => Promise.resolve(undefined as unknown as SensorResult[])],
  ])('that %s is told once, again after an hour, and once when it is well; nobody else notices', async (_, fail) => {
    let broken = true
    const bad = source('bad', (signal, call) => (broken ? fail(signal, call) : [{ sensor: 'bad', value: 1 }]))
    const good = source('good', (_signal, call) => [{ sensor: 'good', value: call }])
    const { readings, troubles, advance } = sampling([sampled(bad), sampled(good)])

    await advance(HOUR / 2, 10_000)
    expect(troubles).toHaveLength(1)
    expect(troubles[0]).toMatchObject({ source: 'bad', state: 'failing' })
    expect(values(readings, 'good')).toHaveLength(181)
    expect(bad.calls).toBeLessThan(20)
    await advance(HOUR, 10_000)
    expect(troubles).toHaveLength(2)

    broken = false
    await advance(600_000, 10_000)
    expect(troubles.map(({ state }) => state)).toEqual(['failing', 'failing', 'recovered'])
    expect(values(readings, 'bad')).toEqual([1])
  })

  it('carries code and remedy of its error', async () => {
    const bad = source('bad', () => {
      throw new LaresError('device_missing', 'no such chip', { hint: 'Solder it on.' })
    })
    const { troubles, advance } = sampling([sampled(bad)])
    await advance(0)
    expect(troubles).toEqual([
      {
        source: 'bad',
        sensor: null,
        state: 'failing',
        code: 'device_missing',
        message: 'no such chip. Solder it on.',
      },
    ])
  })

  it('is asked again ever more rarely, and on its beat once it works', async () => {
    const at: number[] = []
    const bad = source('bad', async (_signal, call) => {
      await Promise.resolve()
      at.push(clock.mono())
      if (call < 12) throw new Error('no answer')
      return [{ sensor: 'bad', value: 1 }]
    })
    const { clock, advance } = sampling([sampled(bad)])
    await advance(3_600_000)
    const gaps = at.slice(1).map((time, index) => (time - (at[index] ?? 0)) / 1_000)
    expect(gaps.slice(0, 11)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    expect(new Set(gaps.slice(11))).toEqual(new Set([10]))
  })

  it('that hangs is abandoned, never asked a second time meanwhile, and its late answer is thrown away', async () => {
    let answer: (results: SensorResult[]) => void = () => {}
    let underWay = 0
    let most = 0
    const hanging = source('slow', async (_, call) => {
      underWay += 1
      most = Math.max(most, underWay)
      const results = call === 1 ? await new Promise<SensorResult[]>((resolve) => (answer = resolve)) : []
      underWay -= 1
      return call === 1 ? results : [{ sensor: 'slow', value: 2 }]
    })
    const good = source('good', (_signal, call) => [{ sensor: 'good', value: call }])
    const { readings, troubles, advance } = sampling([sampled(hanging), sampled(good)])

    await advance(600_000)
    expect(hanging.calls).toBe(1)
    expect(values(readings, 'good')).toHaveLength(61)
    expect(troubles).toMatchObject([{ source: 'slow', state: 'failing', code: 'device_busy' }])

    answer([{ sensor: 'slow', value: 1 }])
    await advance(600_000)
    expect(values(readings, 'slow')).toEqual([2])
    expect(troubles.map(({ state }) => state)).toEqual(['failing', 'recovered'])
    expect(most).toBe(1)
  })

  it('has its time limit for each result: fifty slow thermometers are all read, and each is handed over as it comes', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `w1_${index}`)
    const clock = new ManualClock()
    const readings: Reading[] = []
    const troubles: Trouble[] = []
    const bus: SensorSource = {
      name: 'bus',
      sensors: keys.map(temperature),
      async read(_signal, hand) {
        for (const sensor of keys) {
          await new Promise<void>((resolve) => clock.after(750, resolve))
          hand({ sensor, value: 20 })
        }
      },
    }
    const sampler = new Sampler({
      sources: [sampled(bus, { intervalMs: 60_000 })],
      clock,
      log: silentLog,
      onReadings: (items) => readings.push(...items),
      onTrouble: (trouble) => troubles.push(trouble),
    })
    sampler.start()
    for (let passed = 0; passed < 20_000; passed += 250) {
      clock.advance(250)
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    expect(readings.length).toBeGreaterThan(20)
    for (let passed = 0; passed < 20_000; passed += 250) {
      clock.advance(250)
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    expect(new Set(readings.map(({ sensor }) => sensor)).size).toBe(50)
    expect(troubles).toEqual([])
    sampler.stop()
  })

  it('keeps what it handed over before it hangs', async () => {
    const one: SensorSource = {
      name: 'bus',
      sensors: [temperature('a'), temperature('b')],
      read(_signal, hand) {
        hand({ sensor: 'a', value: 20 })
        return new Promise(() => {})
      },
    }
    const { readings, troubles, advance } = sampling([sampled(one)])
    await advance(30_000)
    expect(values(readings, 'a')).toEqual([20])
    expect(troubles).toMatchObject([{ source: 'bus', sensor: null, code: 'device_busy' }])
  })

  it('names the second sensor that fails while the first one still does, and each that is well again', async () => {
    const broken = new Set(['a'])
    const keys = ['a', 'b']
    const bus = source(
      'bus',
      () =>
        keys.map((sensor) =>
          broken.has(sensor)
            ? { sensor, error: new LaresError('device_missing', `${sensor} is away`) }
            : { sensor, value: 20 },
        ),
      keys.map(temperature),
    )
    const { troubles, advance } = sampling([sampled(bus)])
    await advance(20_000)
    broken.add('b')
    await advance(20_000)
    broken.delete('a')
    await advance(20_000)
    expect(troubles.map(({ sensor, state }) => [sensor, state])).toEqual([
      ['a', 'failing'],
      ['b', 'failing'],
      ['a', 'recovered'],
    ])
  })

  it('forgets the failure of a sensor that is no longer there', async () => {
    let sensors = [temperature('old')]
    const chip: SensorSource = {
      name: 'chip',
      get sensors() {
        return sensors
      },
      async read(_signal, hand) {
        await Promise.resolve()
        for (const { key } of sensors)
          hand(key === 'old' ? { sensor: key, error: new Error('EIO') } : { sensor: key, value: 1 })
      },
    }
    const { troubles, advance } = sampling([sampled(chip)])
    await advance(10_000)
    sensors = [temperature('new')]
    await advance(10_000)
    expect(troubles).toMatchObject([
      { sensor: 'old', state: 'failing' },
      { sensor: 'old', state: 'recovered', message: 'is no longer measured' },
    ])
  })

  it('aborts the signal of a read whose time is over', async () => {
    let signalled: AbortSignal | null = null
    const one = source('a', (signal) => {
      signalled = signal
      return new Promise(() => {})
    })
    const { advance } = sampling([sampled(one)])
    await advance(30_000)
    expect(signalled).toMatchObject({ aborted: true })
  })

  it('with a loose contact does not fill the journal, but is told when it lasts', async () => {
    let always = false
    const flapping = source('bad', (_, call) => {
      if (always || call % 2 === 0) throw new Error('no contact')
      return [{ sensor: 'bad', value: call }]
    })
    const { troubles, advance } = sampling([sampled(flapping)])
    await advance(600_000)
    expect(troubles.map(({ state }) => state)).toEqual(['failing', 'recovered'])
    always = true
    await advance(1_200_000, 10_000)
    expect(troubles.map(({ state }) => state)).toEqual(['failing', 'recovered', 'failing'])
  })

  it.each<[string, SensorResult]>([
    ['of a sensor it never announced', { sensor: 'other', value: 1 }],
    ['that is not a number', { sensor: 'a', value: Number.NaN }],
    ['that is infinite', { sensor: 'a', value: Number.POSITIVE_INFINITY }],
    ['with its own error', { sensor: 'a', error: new LaresError('bad_value', 'failed its checksum') }],
  ])('gives a value %s: it is dropped with an event, its neighbours are kept', async (_, wrong) => {
    const one = source('a', (_signal, call) => [wrong, { sensor: 'b', value: call }], [
      temperature('a'),
      temperature('b'),
    ])
    const { readings, troubles, advance } = sampling([sampled(one)])
    await advance(20_000)
    expect(values(readings, 'b')).toEqual([1, 2, 3])
    expect(readings).toHaveLength(3)
    expect(troubles).toMatchObject([{ source: 'a', state: 'failing', code: 'bad_value' }])
  })

  it('keeps a value that is physically impossible, with quality 0', async () => {
    const one = source('a', () => [{ sensor: 'a', value: -300 }])
    const { readings, troubles, advance } = sampling([sampled(one)])
    await advance(0)
    expect(readings).toMatchObject([{ sensor: 'a', value: -300, quality: 0 }])
    expect(troubles).toEqual([])
  })

  it('goes on when the one who takes its values throws: a full outbox is no fault of a sensor', async () => {
    const clock = new ManualClock()
    const one = source('a', (_, call) => [{ sensor: 'a', value: call }])
    const troubles: Trouble[] = []
    const sampler = new Sampler({
      sources: [sampled(one)],
      clock,
      log: silentLog,
      onReadings: () => {
        throw new Error('disk full')
      },
      onTrouble: (trouble) => troubles.push(trouble),
    })
    sampler.start()
    for (let beat = 0; beat < 3; beat += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      clock.advance(10_000)
    }
    expect(one.calls).toBe(4)
    expect(troubles).toEqual([])
    sampler.stop()
  })
})
