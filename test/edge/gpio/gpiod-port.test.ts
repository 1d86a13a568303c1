import { describe, expect, it, vi } from 'vitest'
import type { GpiodVersion } from '../../../edge/gpio/gpiod-commands.ts'
import { isUsed, parseChips, parseVersion } from '../../../edge/gpio/gpiod-commands.ts'
import { openGpiodPort } from '../../../edge/gpio/gpiod-port.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { eventually } from '../health/eventually.ts'
import { fakeTree } from '../health/fake-tree.ts'
import { fakeGpiod } from './fake-gpiod.ts'

async function open(version: GpiodVersion) {
  const clock = new ManualClock()
  const tree = fakeTree()
  const gpiod = fakeGpiod(tree, version)
  const port = await openGpiodPort({ machine: tree.machine, clock, log: silentLog })
  return { clock, tree, gpiod, port }
}

const PULLED = { activeLow: true, pull: 'up', debounceMs: 0 } as const

describe('what the programs of libgpiod print', () => {
  it('tells the generations apart', () => {
    expect(parseVersion('gpiodetect (libgpiod) v1.6.3\nCopyright (C) 2017-2018 …\n')).toBe(1)
    expect(parseVersion('gpiodetect (libgpiod) v2.2.1\n')).toBe(2)
    expect(parseVersion('gpiodetect (libgpiod) v3.0\n')).toBeNull()
    expect(parseVersion('')).toBeNull()
  })

  it('lists the chips', () => {
    expect(parseChips('gpiochip0 [pinctrl-rp1] (54 lines)\ngpiochip10 [gpio-brcmstb@107d508500] (32 lines)\n')).toEqual(
      [
        { name: 'gpiochip0', label: 'pinctrl-rp1', lineCount: 54 },
        { name: 'gpiochip10', label: 'gpio-brcmstb@107d508500', lineCount: 32 },
      ],
    )
  })

  it('says which lines are taken', () => {
    const info =
      'gpiochip0 - 58 lines:\n\tline   1: "ID_SCL" unused input active-high\n\tline  17: "GPIO17" "gpiomon" input active-low [used pull-up]\n'
    expect([1, 7, 17].map((pin) => isUsed(info, pin))).toEqual([false, false, true])
  })
})

describe.each([1, 2] as const)('the port on libgpiod %i', (version) => {
  it('gives the words of this generation, polarity and resistor with them', async () => {
    const { gpiod, port } = await open(version)
    await port.watch(17, PULLED, () => {})
    await (await port.output(22, { activeLow: true })).set(true)
    const expected =
      version === 1
        ? [
            'gpioget --active-low --bias=pull-up gpiochip0 17',
            'gpiomon --active-low --bias=pull-up --line-buffered --format=%e gpiochip0 17',
            'gpioset --active-low --mode=signal gpiochip0 22=0',
            'gpioset --active-low --mode=signal gpiochip0 22=1',
          ]
        : [
            'gpioget --active-low --bias=pull-up --numeric --chip=gpiochip0 17',
            'gpiomon --active-low --bias=pull-up --banner --format=%E --chip=gpiochip0 17',
            'gpioset --active-low --banner --chip=gpiochip0 22=0',
            'gpioset --active-low --banner --chip=gpiochip0 22=1',
          ]
    const calls = () => gpiod.calls().filter((call) => !call.startsWith('gpioinfo'))
    await eventually(() => expect(calls()).toEqual(expected))
    await port.close()
  })

  it('starts a gpiomon that died again, says so meanwhile, and finds the change that it missed', async () => {
    const { clock, gpiod, port } = await open(version)
    const seen: boolean[] = []
    await port.watch(17, { activeLow: false, debounceMs: 0 }, (active) => seen.push(active))
    const [first] = gpiod.running('gpiomon')
    process.kill(first ?? 0, 'SIGKILL')
    await eventually(() => expect(port.reason).toMatch(/GPIO17 is not watched: gpiomon was ended by SIGKILL/))
    gpiod.drive(17, true)
    clock.advance(1_000)
    await eventually(() => expect(seen).toEqual([false, true]))
    await eventually(() => expect(gpiod.running('gpiomon')).toHaveLength(1))
    await eventually(() => {
      clock.advance(10_000)
      expect(port.reason).toBeNull()
    })
    await eventually(() => {
      gpiod.drive(17, false)
      expect(seen).toEqual([false, true, false])
    })
    await port.close()
  })

  it('refuses a pin that another program holds, and lends it once that is over', async () => {
    const { gpiod, port, tree } = await open(version)
    const other = await openGpiodPort({ machine: tree.machine, clock: new ManualClock(), log: silentLog })
    await other.watch(17, PULLED, () => {})
    await expect(port.watch(17, PULLED, () => {})).rejects.toMatchObject({ code: 'device_busy' })
    await expect(port.output(17, { activeLow: false })).rejects.toMatchObject({ code: 'device_busy' })
    await other.close()
    await port.watch(17, PULLED, () => {})
    expect(gpiod.running('gpiomon')).toHaveLength(1)
    await port.close()
  })

  it('leaves no program behind when it closes, not even one that is about to be started again', async () => {
    const { clock, gpiod, port, tree } = await open(version)
    const asked = vi.spyOn(tree.machine, 'run')
    await port.watch(17, PULLED, () => {})
    await port.watch(27, PULLED, () => {})
    await (await port.output(22, { activeLow: false })).set(true)
    const [first] = gpiod.running('gpiomon')
    process.kill(first ?? 0, 'SIGKILL')
    await eventually(() => expect(port.reason).not.toBeNull())
    await port.close()
    expect(port.reason).toBeNull()
    const before = asked.mock.calls.length
    clock.advance(600_000)
    expect(gpiod.inUse()).toEqual([])
    expect(asked).toHaveBeenCalledTimes(before)
  })
})

describe('a machine where libgpiod cannot be used', () => {
  it('says which program, version or chip is missing', async () => {
    const tree = fakeTree()
    const options = { machine: tree.machine, clock: new ManualClock(), log: silentLog }
    await expect(openGpiodPort(options)).rejects.toMatchObject({ code: 'missing_program' })
    tree.program('gpiodetect', 'echo "gpiodetect (libgpiod) v3.0.0"')
    await expect(openGpiodPort(options)).rejects.toThrow('libgpiod is of an unknown version')
    tree.program('gpiodetect', '[ "$1" = --version ] && echo "gpiodetect (libgpiod) v1.6.3"; exit 0')
    await expect(openGpiodPort(options)).rejects.toMatchObject({
      hint: expect.stringContaining('shows no pins at all'),
    })
  })
})
