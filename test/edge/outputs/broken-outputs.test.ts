import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Machine } from '../../../edge/health/machine.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { fakeGpiod } from '../gpio/fake-gpiod.ts'
import { fakeOnoff } from '../gpio/fake-onoff.ts'
import { eventually } from '../health/eventually.ts'
import { fakeTree } from '../health/fake-tree.ts'
import { fakePwm } from './fake-pwm.ts'
import { outputsBench } from './outputs-bench.ts'

const PUMP = { type: 'relay', pin: 17 }
const LIGHT = { type: 'relay', pin: 22 }

/** Relays on a machine whose kernel refuses GPIO17 until it is told not to. */
function withRefusedPin() {
  const clock = new ManualClock()
  const tree = fakeTree({ clock })
  const onoff = fakeOnoff(tree)
  onoff.refuse(17, 'EBUSY')
  const { load: loadOnoff } = onoff
  let tries = 0
  const machine: Machine = {
    ...onoff.machine,
    writeText(path, text) {
      if (path.endsWith('/export') && text === '529') tries += 1
      return onoff.machine.writeText(path, text)
    },
  }
  const bench = outputsBench({ tables: { pump: PUMP, light: LIGHT }, backend: 'onoff', clock, machine, loadOnoff })
  /** Resolves when so many tries have failed. */
  const failures = (count: number) => eventually(() => expect(bench.faults()).toBe(count))
  return { ...bench, onoff, tries: () => tries, failures }
}

describe('an output that cannot be driven', () => {
  it('is refused with the reason, told as an alarm, and costs no other output anything', async () => {
    const bench = withRefusedPin()
    await bench.outputs.secure()
    await expect(bench.switch('pump', 1)).rejects.toMatchObject({
      code: 'device_busy',
      message: 'pump cannot be switched: GPIO17 is used by the kernel',
    })
    expect(await bench.switch('light', 1)).toMatchObject({ level: 1 })
    expect(bench.onoff.level(22)).toBe(true)
    expect(bench.outputs.failing()).toMatchObject([
      { key: 'pump', fault: { hint: expect.stringContaining('dtoverlay') } },
    ])
    expect(bench.events).toMatchObject([
      { type: 'output_failing', severity: 'warning', sensor: 'pump', data: { source: 'pump', code: 'device_busy' } },
    ])
    expect(bench.told()).toEqual(['light=0', 'light=1'])
    expect(bench.outputs.words()).toMatchObject([
      { key: 'pump', state: null },
      { key: 'light', state: 'on' },
    ])
  })

  it('stays as somebody switched it once it works again: the try that was planned is no more', async () => {
    const bench = withRefusedPin()
    await bench.outputs.secure()
    bench.onoff.allow(17)
    await bench.outputs.secure()
    expect(await bench.switch('pump', 1)).toMatchObject({ level: 1 })
    const before = bench.told().length
    bench.clock.advance(60_000)
    // Its turn comes after whatever the clock began.
    await bench.switch('pump', 1)
    expect(bench.told().slice(before)).not.toContain('pump=0')
  })

  it('is tried again with growing patience, towards its safe state, and its alarm ends', async () => {
    const bench = withRefusedPin()
    await bench.outputs.secure()
    expect(bench.tries()).toBe(1)
    for (const [index, seconds] of [1, 2, 4, 8].entries()) {
      bench.clock.advance(seconds * 1_000 - 1)
      await new Promise((resolve) => setImmediate(resolve))
      expect(bench.tries()).toBe(index + 1)
      bench.clock.advance(1)
      await eventually(() => expect(bench.tries()).toBe(index + 2))
      // The next try is planned when this one has failed.
      await bench.failures(index + 2)
    }
    bench.onoff.allow(17)
    bench.clock.advance(16_000)
    await eventually(() => expect(bench.state('pump')).toBe('off'))
    expect(bench.onoff.level(17)).toBe(false)
    expect(bench.events.map(({ type }) => type)).toEqual(['output_failing', 'output_recovered'])
    expect(await bench.switch('pump', 1)).toMatchObject({ level: 1 })
  })
})

describe('a relay whose gpioset is killed by somebody else', () => {
  it.each([1, 2] as const)(
    'is unknown, told as an alarm, and taken again in its safe state: libgpiod %i',
    async (version) => {
      const clock = new ManualClock()
      const tree = fakeTree({ clock })
      const gpiod = fakeGpiod(tree, version)
      const bench = outputsBench({ tables: { pump: PUMP }, backend: 'gpiod', clock, machine: tree.machine })
      const inTime = <T>(work: Promise<T>): Promise<T> => {
        // libgpiod 1 is asked again and again, a little later each time.
        const stop = setInterval(() => clock.advance(5), 5)
        return work.finally(() => clearInterval(stop))
      }
      await inTime(bench.outputs.secure())
      await inTime(bench.switch('pump', 1))
      await eventually(() => expect(gpiod.level(17)).toBe(true))
      const [holder = 0] = gpiod.running('gpioset')
      process.kill(holder, 'SIGKILL')
      await eventually(() => expect(bench.state('pump')).toBeNull())
      expect(bench.outputs.failing()).toMatchObject([{ key: 'pump' }])
      await expect(bench.switch('pump', 1)).rejects.toThrow('pump cannot be switched')
      await eventually(() => {
        clock.advance(50)
        expect(bench.state('pump')).toBe('off')
      })
      await eventually(() => expect(gpiod.level(17)).toBe(false))
      expect(bench.events.map(({ type }) => type)).toEqual(['output_failing', 'output_recovered'])
      await inTime(bench.outputs.stop())
      expect(gpiod.running('gpioset')).toEqual([])
    },
  )
})

describe('a dimmer whose file hangs', () => {
  it('blocks neither the agent nor other outputs, is refused meanwhile, and is safe when the file answers again', async () => {
    const clock = new ManualClock()
    const pwm = fakePwm(clock)
    const bench = outputsBench({
      tables: { shelf: { type: 'dimmer', pin: 18 }, hall: { type: 'dimmer', pin: 13 } },
      backend: 'gpiod',
      clock,
      machine: pwm.machine,
    })
    await bench.outputs.secure()
    await bench.switch('shelf', 50)
    const file = join(pwm.root, 'sys/class/pwm/pwmchip0/pwm2/duty_cycle')
    rmSync(file)
    mkdirSync(join(file, '..'), { recursive: true })
    execFileSync('mkfifo', [file])
    const hanging = expect(bench.switch('shelf', 80)).rejects.toMatchObject({ code: 'device_busy' })
    // Real programs end in real time: the other one is switched while this one hangs.
    expect(await bench.switch('hall', 30)).toMatchObject({ level: 30 })
    clock.advance(2_000)
    await hanging
    expect(bench.state('shelf')).toBeNull()
    await expect(bench.switch('shelf', 80)).rejects.toMatchObject({ code: 'device_busy' })
    rmSync(file)
    pwm.write(2, 'duty_cycle', '500000')
    await eventually(() => {
      // Little by little: the real programs behind the files end in real time.
      clock.advance(50)
      expect(bench.state('shelf')).toBe('0 %')
    })
    expect(pwm.read(2, 'duty_cycle')).toBe('0')
    expect(bench.events.map(({ type }) => type)).toEqual(['output_failing', 'output_recovered'])
  })
})

it('an output that hangs at the start holds it up for five seconds at most, and no other output at all', async () => {
  const clock = new ManualClock()
  const pwm = fakePwm(clock)
  const hang = Promise.withResolvers<void>()
  const machine: Machine = {
    ...pwm.machine,
    writeText: (path, text) => (path.includes('pwm2') ? hang.promise : pwm.machine.writeText(path, text)),
  }
  pwm.write(2, 'period', '0')
  for (const name of ['duty_cycle', 'enable']) pwm.write(2, name, '0')
  const tables = { shelf: { type: 'dimmer', pin: 18 }, hall: { type: 'dimmer', pin: 13 } }
  const bench = outputsBench({ tables, backend: 'gpiod', clock, machine })
  const securing = bench.outputs.secure()
  await eventually(() => expect(bench.state('hall')).toBe('0 %'))
  clock.advance(5_000)
  await securing
  expect(bench.outputs.failing()).toMatchObject([
    { key: 'shelf', fault: { message: expect.stringContaining('within 5 s') } },
  ])
  hang.resolve()
})
