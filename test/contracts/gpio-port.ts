import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GpioPort } from '../../edge/gpio/port.ts'
import { eventually } from '../edge/health/eventually.ts'

/** One backend on a machine whose wires the test holds in its hand. Levels are electrical: high is `true`. */
export interface GpioBench {
  port: GpioPort
  drive(pin: number, high: boolean): Promise<void>
  /** The voltage on an output. */
  level(pin: number): Promise<boolean | null>
  /** Moves the clock that debouncing runs on. */
  advance(ms: number): Promise<void>
  /** Pins that the machine believes to be in use. `null` where that cannot be seen. */
  inUse(): Promise<number[] | null>
  /** Frees what the bench took from this machine. */
  dispose(): Promise<void>
}

const [BUTTON, OTHER, LIGHT] = [17, 27, 22] as const

/** What every backend of `GpioPort` does. `open` makes a fresh bench; BUTTON and OTHER are low when nobody drives them. */
export function gpioPortContract(name: string, open: () => Promise<GpioBench>): void {
  describe(`the GPIO port ${name}`, () => {
    let bench: GpioBench
    beforeEach(async () => {
      bench = await open()
    })
    afterEach(async () => {
      await bench.port.close()
      await bench.dispose()
    })

    const plain = { activeLow: false, debounceMs: 0 }
    const watch = async (pin: number, options: Parameters<GpioPort['watch']>[1]) => {
      const seen: boolean[] = []
      const release = await bench.port.watch(pin, options, (active) => seen.push(active))
      return { seen, release }
    }

    /** A program that holds a level takes a moment to do so. */
    const level = (high: boolean) => eventually(async () => expect(await bench.level(LIGHT)).toBe(high))

    it('tells the level it found before it resolves, and then every change', async () => {
      await bench.drive(BUTTON, true)
      const { seen } = await watch(BUTTON, plain)
      expect(seen).toEqual([true])
      await bench.drive(BUTTON, false)
      await eventually(() => expect(seen).toEqual([true, false]))
      await bench.drive(BUTTON, true)
      await eventually(() => expect(seen).toEqual([true, false, true]))
    })

    it('turns the level round for a pin that is active when low', async () => {
      await bench.drive(BUTTON, true)
      const { seen } = await watch(BUTTON, { ...plain, activeLow: true })
      await bench.drive(BUTTON, false)
      await eventually(() => expect(seen).toEqual([false, true]))
    })

    it('tells a press at once and its release after the bounce time, however short the press was', async () => {
      const { seen } = await watch(BUTTON, { ...plain, debounceMs: 30 })
      await bench.drive(BUTTON, true)
      await eventually(() => expect(seen).toEqual([false, true]))
      await bench.drive(BUTTON, false)
      await eventually(async () => {
        await bench.advance(30)
        expect(seen).toEqual([false, true, false])
      })
    })

    it('keeps two pins apart', async () => {
      const one = await watch(BUTTON, plain)
      const two = await watch(OTHER, plain)
      await bench.drive(OTHER, true)
      await eventually(() => expect(two.seen).toEqual([false, true]))
      expect(one.seen).toEqual([false])
    })

    it('lets go of a pin, twice if asked, tells no more of it, and lends it again', async () => {
      const first = await watch(BUTTON, plain)
      const other = await watch(OTHER, plain)
      await Promise.all([first.release(), first.release()])
      await first.release()
      await bench.drive(BUTTON, true)
      await bench.drive(OTHER, true)
      await eventually(() => expect(other.seen).toEqual([false, true]))
      expect(first.seen).toEqual([false])
      const again = await watch(BUTTON, plain)
      expect(again.seen).toHaveLength(1)
    })

    it('takes an output as inactive, switches it, and leaves it inactive', async () => {
      const light = await bench.port.output(LIGHT, { activeLow: false })
      await level(false)
      await light.set(true)
      await level(true)
      await light.set(true)
      await light.set(false)
      await level(false)
      await light.set(true)
      await light.close()
      await light.close()
      await light.set(true)
      expect(await bench.level(LIGHT)).not.toBe(true)
    })

    it('switches an output that is active when low', async () => {
      const light = await bench.port.output(LIGHT, { activeLow: true })
      await level(true)
      await light.set(true)
      await level(false)
    })

    it.each([false, true])(
      'takes an output that rests active as that, and leaves it so; active low: %s',
      async (activeLow) => {
        const light = await bench.port.output(LIGHT, { activeLow, rest: true })
        await level(!activeLow)
        await light.set(false)
        await level(activeLow)
        await light.close()
        // Where the line goes back to the kernel nobody holds a level any more.
        expect(await bench.level(LIGHT)).not.toBe(activeLow)
      },
    )

    it('refuses a pin that is in use, and one that does not exist', async () => {
      await watch(BUTTON, plain)
      await expect(watch(BUTTON, plain)).rejects.toMatchObject({ code: 'bad_config' })
      await expect(bench.port.output(BUTTON, { activeLow: false })).rejects.toMatchObject({ code: 'bad_config' })
      await expect(watch(500, plain)).rejects.toMatchObject({ code: 'bad_config' })
      await expect(watch(1.5, plain)).rejects.toMatchObject({ code: 'bad_config' })
    })

    it('gives every pin back when it closes', async () => {
      await watch(BUTTON, plain)
      const light = await bench.port.output(LIGHT, { activeLow: false })
      await light.set(true)
      const during = await bench.inUse()
      if (during) await eventually(async () => expect((await bench.inUse())?.sort()).toEqual([BUTTON, LIGHT]))
      await bench.port.close()
      await bench.port.close()
      if (during) await eventually(async () => expect(await bench.inUse()).toEqual([]))
      expect(await bench.level(LIGHT)).not.toBe(true)
    })

    it('has nothing to complain about', () => {
      expect(bench.port.reason).toBeNull()
    })
  })
}
