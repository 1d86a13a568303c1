import { describe, expect, it } from 'vitest'
import type { OnoffPortOptions } from '../../../edge/gpio/onoff-port.ts'
import { openOnoffPort } from '../../../edge/gpio/onoff-port.ts'
import type { Machine } from '../../../edge/health/machine.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { fakeTree } from '../health/fake-tree.ts'
import { fakeOnoff } from './fake-onoff.ts'

const plain = { activeLow: false, debounceMs: 0 }
const nothing = () => {}

function open(more: Partial<OnoffPortOptions> = {}, chips?: Parameters<typeof fakeOnoff>[1]) {
  const tree = fakeTree()
  const kernel = chips ? fakeOnoff(tree, chips) : fakeOnoff(tree)
  const options = { machine: kernel.machine, clock: new ManualClock(), log: silentLog, load: kernel.load, ...more }
  return { tree, kernel, opening: openOnoffPort(options) }
}

describe('where the pins begin', () => {
  it.each([
    [
      'a Pi 5',
      { gpiochip571: { label: 'pinctrl-rp1', ngpio: 54 }, gpiochip512: { label: 'gpio-brcmstb', ngpio: 4 } },
      571,
    ],
    [
      'a Pi 4',
      {
        gpiochip512: { label: 'pinctrl-bcm2711', ngpio: 58 },
        gpiochip570: { label: 'raspberrypi-exp-gpio', ngpio: 8 },
      },
      512,
    ],
    ['an older Pi on an older kernel', { gpiochip0: { label: 'pinctrl-bcm2835', ngpio: 54 } }, 0],
  ])('is found by the label of the chip on %s', async (_, chips, base) => {
    const { opening } = open({}, chips as unknown as Parameters<typeof fakeOnoff>[1])
    expect((await opening).base).toBe(base)
  })

  it('can be told, as number or as label, on another board', async () => {
    const other = { gpiochip96: { label: 'sunxi', ngpio: 32 } } as unknown as Parameters<typeof fakeOnoff>[1]
    await expect(open({}, other).opening).rejects.toMatchObject({
      code: 'device_missing',
      hint: expect.stringContaining('chip = "sunxi"'),
    })
    expect((await open({ chip: 'sunxi' }, other).opening).base).toBe(96)
    expect((await open({ base: 32 }, other).opening).base).toBe(32)
  })

  it('is unknown where the kernel dropped the old interface, or onoff was not built', async () => {
    const bare = openOnoffPort({ machine: fakeTree().machine, clock: new ManualClock(), log: silentLog })
    await expect(bare).rejects.toThrow('the kernel has no /sys/class/gpio')
    const load = () => Promise.reject(new Error('Module did not self-register'))
    await expect(open({ load }).opening).rejects.toMatchObject({ code: 'missing_program' })
  })
})

describe('a pin that cannot be had', () => {
  it.each([
    ['EINVAL', 'device_missing'],
    ['EBUSY', 'device_busy'],
    ['EACCES', 'no_permission'],
  ] as const)('because the kernel says %s is %s, and the other pins work', async (code, expected) => {
    const { kernel, opening } = open()
    kernel.refuse(17, code)
    const port = await opening
    await expect(port.watch(17, plain, nothing)).rejects.toMatchObject({ code: expected })
    await port.watch(27, plain, nothing)
    expect(kernel.inUse()).toEqual([27])
  })

  it('can be tried again', async () => {
    const { kernel, opening } = open()
    const port = await opening
    kernel.freeze(17, 'direction', 'out')
    await expect(port.watch(17, plain, nothing)).rejects.toThrow('GPIO17 refuses its direction')
    kernel.freeze(17, 'direction', 'in')
    await port.watch(17, plain, nothing)
  })

  it('as an output, because its first level is refused, can be tried again', async () => {
    const { kernel, opening } = open()
    const port = await opening
    kernel.refuseLevels(17, true)
    await expect(port.output(17, { activeLow: false })).rejects.toMatchObject({ code: 'device_missing' })
    expect(kernel.inUse()).toEqual([])
    kernel.refuseLevels(17, false)
    await port.output(17, { activeLow: false })
    expect(kernel.inUse()).toEqual([17])
  })

  it.each([
    ['direction', 'out', 'direction'],
    ['edge', 'none', 'edge detection'],
    ['active_low', '1', 'polarity'],
  ] as const)('because its %s stays as it was is not taken in silence, as onoff does', async (file, text, named) => {
    const { kernel, opening } = open()
    kernel.freeze(17, file, text)
    const port = await opening
    await expect(port.watch(17, plain, nothing)).rejects.toThrow(`GPIO17 refuses its ${named}`)
    expect(kernel.inUse()).toEqual([])
  })

  it('because udev never hands over its files gives up after a second, without blocking the process', async () => {
    const clock = new ManualClock()
    const tree = fakeTree({ clock })
    const kernel = fakeOnoff(tree)
    const machine: Machine = { ...kernel.machine, canWrite: async (path) => !path.endsWith('/value') }
    const port = await openOnoffPort({ machine, clock, log: silentLog, load: kernel.load })
    const since = clock.mono()
    let over = false
    const refused = expect(port.watch(17, plain, nothing)).rejects.toMatchObject({ code: 'no_permission' })
    void refused.finally(() => (over = true))
    while (!over) {
      // Each step leaves the process to others, which onoff's 10,000 opens would not.
      await new Promise<void>((resolve) => setImmediate(resolve))
      clock.advance(10)
    }
    expect(clock.mono() - since).toBeGreaterThanOrEqual(1_000)
    await refused
  })
})

describe('the built-in resistors', () => {
  it('are set by pinctrl where it is installed, and named in a warning where it is not', async () => {
    const { tree, opening } = open()
    const port = await opening
    tree.program('pinctrl', `echo "$*" > ${tree.root}/pinctrl`)
    await port.watch(17, { ...plain, pull: 'up' }, nothing)
    expect(await tree.machine.readText('/pinctrl')).toBe('set 17 pu\n')

    const warnings: unknown[] = []
    const log = { ...silentLog, warn: (fields: object) => warnings.push(fields) }
    const without = await open({ log }).opening
    await without.watch(17, { ...plain, pull: 'down' }, nothing)
    expect(warnings).toMatchObject([{ pin: 17, remedy: expect.stringContaining('gpio=17=pd') }])
  })
})
