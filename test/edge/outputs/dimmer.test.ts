import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { fakePwm } from './fake-pwm.ts'
import { outputsBench } from './outputs-bench.ts'

function dimmers(tables: Record<string, Record<string, unknown>>, options: Parameters<typeof fakePwm>[1] = {}) {
  const clock = new ManualClock()
  const pwm = fakePwm(clock, options)
  const given = Object.entries(tables).map(([key, table]) => [key, { type: 'dimmer', ...table }])
  const bench = outputsBench({ tables: Object.fromEntries(given), backend: 'gpiod', clock, machine: pwm.machine })
  return { ...bench, pwm }
}

describe('a dimmer', () => {
  it('has its safe level before its pulses begin, and every level after, whatever the number of its chip', async () => {
    const bench = dimmers({ shelf: { pin: 18, safe: 25 } }, { chip: 2 })
    await bench.outputs.secure()
    expect(bench.pwm.written.slice(0, 3)).toEqual(['period=1000000', 'duty_cycle=250000', 'enable=1'])
    expect(bench.pwm.read(2, 'duty_cycle')).toBe('250000')
    expect(await bench.switch('shelf', 40.5)).toEqual({ level: 40.5, safeInMs: null })
    expect(bench.pwm.read(2, 'duty_cycle')).toBe('405000')
    await bench.switch('shelf', 'toggle')
    await bench.switch('shelf', 'toggle')
    expect(bench.pwm.read(2, 'duty_cycle')).toBe('1000000')
    await bench.outputs.stop()
    expect([bench.pwm.read(2, 'duty_cycle'), bench.pwm.read(2, 'enable')]).toEqual(['250000', '1'])
  })

  it('that is active low is dark when its pulse fills the period, and its polarity is set right', async () => {
    const bench = dimmers({ shelf: { pin: 12, active_low: true, frequency_hz: 20_000 } })
    for (const [
      name,
      text,
    ] of [['period', '50000'], ['duty_cycle', '0'], ['enable', '1'], ['polarity', 'inversed']] as const) // biome-ignore format: table
      bench.pwm.write(0, name, text)
    await bench.outputs.secure()
    expect(bench.pwm.written.slice(0, 2)).toEqual(['enable=0', 'polarity=normal'])
    expect(bench.pwm.read(0, 'duty_cycle')).toBe('50000')
    await bench.switch('shelf', 10)
    expect(bench.pwm.read(0, 'duty_cycle')).toBe('45000')
  })

  it.each([
    ['longer', '4000000', '3000000'],
    ['shorter', '20000', '20000'],
  ])('takes over a channel with a %s period, without a flash', async (_, period, duty) => {
    const bench = dimmers({ shelf: { pin: 19, safe: 5 } })
    for (const [name, text] of [
      ['period', period],
      ['duty_cycle', duty],
      ['enable', '1'],
    ] as const)
      bench.pwm.write(3, name, text)
    await bench.outputs.secure()
    expect(bench.state('shelf')).toBe('5 %')
    const duties = bench.pwm.written.filter((one) => one.startsWith('duty_cycle'))
    expect(new Set(duties)).toEqual(new Set(['duty_cycle=50000']))
    expect(bench.pwm.read(3, 'period')).toBe('1000000')
  })

  it('finds its channel by board and pin, and refuses the channel of another one', async () => {
    const pi4 = dimmers({ one: { pin: 12 }, other: { pin: 13 }, twin: { pin: 18 } }, { board: 'Pi 4' })
    await pi4.outputs.secure()
    expect([0, 1].map((channel) => pi4.pwm.read(channel, 'enable'))).toEqual(['1', '1'])
    expect(pi4.outputs.failing()).toMatchObject([
      { key: 'twin', fault: { message: expect.stringContaining('GPIO18 has the PWM channel of [outputs.one]') } },
    ])
    const pi5 = dimmers({ one: { pin: 12 }, other: { pin: 18 } })
    await pi5.outputs.secure()
    expect(pi5.outputs.failing()).toEqual([])
  })

  it('on another board is where the table says, and without one the remedy is told', async () => {
    const named = dimmers({ shelf: { pin: 40, chip: 'pwmchip0', channel: 1 } })
    await named.outputs.secure()
    expect(named.pwm.read(1, 'enable')).toBe('1')
    const none = outputsBench({ tables: { shelf: { type: 'dimmer', pin: 18 } }, backend: 'gpiod' })
    await none.outputs.secure()
    await expect(none.switch('shelf', 50)).rejects.toMatchObject({
      code: 'device_missing',
      hint: expect.stringContaining('dtoverlay=pwm,pin=18,func=2'),
    })
  })

  it('whose channel somebody else has is told so', async () => {
    const bench = dimmers({ shelf: { pin: 18 } })
    bench.pwm.refuse('EBUSY')
    await bench.outputs.secure()
    expect(bench.outputs.failing()).toMatchObject([
      { fault: { message: expect.stringContaining('is used by the kernel') } },
    ])
  })
})
