import { describe, expect, it } from 'vitest'
import { eventually } from '../health/eventually.ts'
import { outputsBench } from './outputs-bench.ts'

const PUMP = { type: 'relay', pin: 17 }
const MINUTE = 60_000

describe('the safe state of an output', () => {
  it('is taken at start, before anything was asked, whatever way round the wiring is', async () => {
    const bench = outputsBench({
      tables: {
        pump: PUMP,
        heater: { type: 'relay', pin: 22, active_low: true },
        freezer: { type: 'relay', pin: 23, safe: 'on' },
        valve: { type: 'relay', pin: 24, safe: 'on', active_low: true },
        shelf: { type: 'dimmer', pin: 18, safe: 20 },
      },
    })
    await bench.outputs.secure()
    expect([17, 22, 23, 24].map(bench.volts)).toEqual(['low', 'high', 'high', 'low'])
    expect(bench.told().sort()).toEqual(['freezer=1', 'heater=0', 'pump=0', 'shelf=20', 'valve=1'])
    expect(bench.events).toEqual([])
  })

  it('is taken at stop, also where it is on, and nothing is switched afterwards', async () => {
    const bench = outputsBench({ tables: { pump: PUMP, freezer: { type: 'relay', pin: 23, safe: 'on' } } })
    await bench.outputs.secure()
    await bench.switch('pump', 1)
    await bench.switch('freezer', 0)
    expect([17, 23].map(bench.volts)).toEqual(['high', 'low'])
    const stopping = bench.outputs.stop()
    const late = expect(bench.switch('pump', 1)).rejects.toMatchObject({ code: 'unreachable' })
    await stopping
    await late
    await bench.outputs.stop()
    await bench.port.stop()
    bench.clock.advance(600 * MINUTE)
    expect([17, 23].map(bench.volts)).toEqual(['low', 'high'])
    expect(bench.told().slice(-2)).toEqual(['pump=0', 'freezer=1'])
  })

  it('is taken after the loss of the hub, counted once, and kept when the hub is back until somebody switches', async () => {
    const bench = outputsBench({ tables: { pump: PUMP } })
    await bench.outputs.secure()
    bench.outputs.hubIsThere()
    await bench.switch('pump', 1)
    bench.outputs.hubIsAway()
    bench.clock.advance(59_000)
    bench.outputs.hubIsAway()
    expect(bench.volts(17)).toBe('high')
    bench.clock.advance(1_000)
    await eventually(() => expect(bench.volts(17)).toBe('low'))
    await eventually(() => expect(bench.events).toHaveLength(1))
    expect(bench.events).toMatchObject([
      {
        type: 'output_safe',
        sensor: 'pump',
        new_state: 'off',
        description: 'pump was without the hub for 1 min, and is off now.',
        data: { output: 'pump', reason: 'hub_loss' },
      },
    ])
    // What was under way when the hub went must not switch it on again behind its back.
    await expect(bench.switch('pump', 1)).rejects.toMatchObject({ code: 'unreachable' })
    bench.outputs.hubIsThere()
    bench.clock.advance(10 * MINUTE)
    expect(bench.volts(17)).toBe('low')
    await bench.switch('pump', 1)
    expect(bench.volts(17)).toBe('high')
  })

  it('is not taken when the hub is back in time, and never where the table says so', async () => {
    const bench = outputsBench({
      tables: {
        pump: { ...PUMP, hub_loss: '5min' },
        light: { type: 'relay', pin: 22, hub_loss: 'never' },
      },
    })
    await bench.outputs.secure()
    for (const key of ['pump', 'light']) await bench.switch(key, 1)
    bench.outputs.hubIsAway()
    bench.clock.advance(4 * MINUTE)
    bench.outputs.hubIsThere()
    bench.clock.advance(4 * MINUTE)
    bench.outputs.hubIsAway()
    bench.clock.advance(4 * MINUTE)
    expect([17, 22].map(bench.volts)).toEqual(['high', 'high'])
    bench.clock.advance(MINUTE)
    await eventually(() => expect(bench.volts(17)).toBe('low'))
    bench.clock.advance(600 * MINUTE)
    expect(bench.volts(22)).toBe('high')
    expect(bench.events.map(({ data }) => data)).toEqual([{ output: 'pump', reason: 'hub_loss' }])
  })

  it('is taken when it was on for its longest time, however often it was switched on meanwhile', async () => {
    const bench = outputsBench({ tables: { pump: { ...PUMP, max_on: '10min', name: 'Garden pump' } } })
    await bench.outputs.secure()
    expect(await bench.switch('pump', 1)).toEqual({ level: 1, safeInMs: 10 * MINUTE })
    bench.clock.advance(9 * MINUTE)
    expect(await bench.switch('pump', 1)).toEqual({ level: 1, safeInMs: MINUTE })
    expect(await bench.switch('pump', 1, { forMs: 5 * MINUTE })).toEqual({ level: 1, safeInMs: MINUTE })
    bench.clock.advance(MINUTE - 1)
    expect(bench.volts(17)).toBe('high')
    bench.clock.advance(1)
    await eventually(() => expect(bench.volts(17)).toBe('low'))
    await eventually(() => expect(bench.events).toHaveLength(1))
    expect(bench.events[0]).toMatchObject({
      severity: 'warning',
      description: 'Garden pump was on for 10 min, its longest time, and is off now.',
    })
    expect(await bench.switch('pump', 1)).toEqual({ level: 1, safeInMs: 10 * MINUTE })
  })

  it('is taken when the time of a command is over, which the next command sets anew', async () => {
    const bench = outputsBench({ tables: { shelf: { type: 'dimmer', pin: 18, safe: 10 } } })
    await bench.outputs.secure()
    expect(await bench.switch('shelf', 80, { forMs: MINUTE })).toEqual({ level: 80, safeInMs: MINUTE })
    bench.clock.advance(50_000)
    await bench.switch('shelf', 60, { forMs: MINUTE })
    bench.clock.advance(50_000)
    expect(bench.state('shelf')).toBe('60 %')
    bench.clock.advance(10_000)
    await eventually(() => expect(bench.state('shelf')).toBe('10 %'))
    await bench.switch('shelf', 80, { forMs: MINUTE })
    expect(await bench.switch('shelf', 100)).toEqual({ level: 100, safeInMs: null })
    bench.clock.advance(600 * MINUTE)
    expect(bench.state('shelf')).toBe('100 %')
    // Whoever named the time knows it.
    expect(bench.events).toEqual([])
    expect(bench.told()).toEqual(expect.arrayContaining(['shelf=10', 'shelf=80', 'shelf=60', 'shelf=10', 'shelf=100']))
  })
})

describe('the state of an output', () => {
  it('is told at each change, once, and again after a quarter of an hour of silence', async () => {
    const bench = outputsBench({ tables: { pump: PUMP } })
    await bench.outputs.secure()
    bench.outputs.start()
    await bench.switch('pump', 1)
    await bench.switch('pump', 1)
    await bench.switch('pump', 'toggle')
    await bench.switch('pump', 'toggle')
    expect(bench.told()).toEqual(['pump=0', 'pump=1', 'pump=0', 'pump=1'])
    bench.clock.advance(15 * MINUTE)
    expect(bench.told().slice(4)).toEqual(['pump=1'])
    await bench.outputs.stop()
  })

  it('does not change any more when its command has expired, also while it waits for another', async () => {
    const bench = outputsBench({ tables: { pump: PUMP } })
    const securing = bench.outputs.secure()
    const late = bench.switch('pump', 1, { deadline: bench.clock.mono() + 100 })
    bench.clock.advance(101)
    await securing
    await expect(late).rejects.toMatchObject({ code: 'expired' })
    expect(bench.volts(17)).toBe('low')
  })

  it('belongs to a key, and one that is unknown is answered with those there are', async () => {
    const bench = outputsBench({ tables: { pump: PUMP, light: { type: 'relay', pin: 22 } } })
    expect(() => bench.switch('pmup', 1)).toThrow(
      'this device has no output pmup; did you mean pump? it has pump, light',
    )
    expect(() => outputsBench({ tables: {} }).switch('pump', 1)).toThrow('no output pump; it has none')
  })
})
