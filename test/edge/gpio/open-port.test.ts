import { describe, expect, it } from 'vitest'
import { nonePort } from '../../../edge/gpio/none-port.ts'
import type { GpioSettings } from '../../../edge/gpio/open-port.ts'
import { gpioSettings, openGpio } from '../../../edge/gpio/open-port.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { heartbeat } from '../../../shared/messages/heartbeat.ts'
import { fakeTree } from '../health/fake-tree.ts'
import { fakeGpiod } from './fake-gpiod.ts'
import { fakeOnoff } from './fake-onoff.ts'

function machine(has: { onoff?: boolean; gpiod?: boolean }) {
  const tree = fakeTree()
  if (has.gpiod) fakeGpiod(tree, 2)
  const kernel = has.onoff ? fakeOnoff(tree) : null
  const clock = new ManualClock()
  const dependencies = { machine: kernel?.machine ?? tree.machine, clock, log: silentLog }
  const open = (settings: Partial<GpioSettings> = {}) =>
    openGpio(gpioSettings.parse(settings), { ...dependencies, ...(kernel ? { loadOnoff: kernel.load } : {}) })
  return open
}

describe('opening the pins', () => {
  it('takes onoff first, then gpiod, then none with the reasons for both', async () => {
    expect(await machine({ onoff: true, gpiod: true })()).toMatchObject({ backend: 'onoff', base: 512, reason: null })
    expect(await machine({ gpiod: true })()).toMatchObject({ backend: 'gpiod', base: null, reason: null })
    expect(await machine({})()).toMatchObject({
      backend: 'none',
      reason: 'onoff: the kernel has no /sys/class/gpio; gpiod: the program gpiodetect is not installed',
    })
  })

  it.each(['onoff', 'gpiod'] as const)(
    'makes a named %s that is missing a port without pins, not an error',
    async (backend) => {
      const port = await machine({})({ backend })
      expect(port.backend).toBe('none')
      expect(port.reason).toMatch(new RegExp(`^${backend}: `))
      await expect(port.watch(17, { activeLow: true, debounceMs: 0 }, () => {})).rejects.toMatchObject({
        code: 'device_missing',
        message: expect.stringContaining(port.reason ?? ''),
      })
      await expect(port.output(17, { activeLow: true })).rejects.toMatchObject({ code: 'device_missing' })
      await port.close()
    },
  )

  it('does not try another backend than the one that is named', async () => {
    expect((await machine({ onoff: true, gpiod: true })({ backend: 'gpiod' })).backend).toBe('gpiod')
    expect((await machine({ onoff: true })({ backend: 'gpiod' })).backend).toBe('none')
    expect((await machine({ onoff: true })({ backend: 'none' })).reason).toBeNull()
    expect((await machine({})({ backend: 'simulated' })).backend).toBe('simulated')
  })

  it('fits into the heartbeat, however long the reasons are', () => {
    const port = nonePort('because-'.repeat(100))
    expect(port.reason).toHaveLength(200)
    const { backend, base, reason } = port
    expect(heartbeat.schema.shape.gpio.parse({ backend, base, reason })).toEqual({ backend, base, reason })
  })
})
