import { describe, expect, it } from 'vitest'
import { nonePort } from '../../../edge/gpio/none-port.ts'
import type { GpioPort } from '../../../edge/gpio/port.ts'
import { SimulatedPort } from '../../../edge/gpio/simulated-port.ts'
import type { LightState } from '../../../edge/gpio/status-light.ts'
import { LIGHT_PATTERNS, StatusLight, statusLightSettings } from '../../../edge/gpio/status-light.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

async function light(other?: GpioPort) {
  const clock = new ManualClock()
  const port = new SimulatedPort(clock)
  const warnings: string[] = []
  const log = { ...silentLog, warn: (_: object, message: string) => warnings.push(message) }
  const one = new StatusLight({ port: other ?? port, settings: statusLightSettings.parse({ pin: 22 }), clock, log })
  await one.start()
  /** The rhythm seen in a span, as lengths of light and dark. */
  const watch = async (ms: number) => {
    const seen: { on: boolean | null; ms: number }[] = []
    for (let passed = 0; passed < ms; passed += 10) {
      await settle()
      const on = port.level(22)
      const last = seen.at(-1)
      if (last?.on === on) last.ms += 10
      else seen.push({ on, ms: 10 })
      clock.advance(10)
    }
    return seen.map((part) => `${part.on ? 'light' : 'dark'} ${part.ms}`)
  }
  return { clock, port, one, watch, warnings }
}

describe('the status light', () => {
  it.each<[LightState, string[]]>([
    ['idle', ['dark 3000']],
    ['listening', ['light 3000']],
    ['thinking', Array.from({ length: 20 }, (_, index) => `${index % 2 ? 'dark' : 'light'} 150`)],
    ['speaking', ['light 600', 'dark 400', 'light 600', 'dark 400', 'light 600', 'dark 400']],
    ['muted', ['light 120', 'dark 180', 'light 120', 'dark 2580']],
    ['offline', ['light 120', 'dark 2880']],
  ])('shows %s in its own rhythm', async (state, rhythm) => {
    const { one, watch } = await light()
    one.show(state)
    expect(await watch(3_000)).toEqual(rhythm)
  })

  it('has another rhythm for every state', () => {
    expect(new Set(Object.values(LIGHT_PATTERNS).map(String)).size).toBe(Object.keys(LIGHT_PATTERNS).length)
  })

  it('goes on with its rhythm when the same state is shown again', async () => {
    const { one, clock, port } = await light()
    one.show('speaking')
    clock.advance(500)
    one.show('speaking')
    clock.advance(150)
    await settle()
    expect(port.level(22)).toBe(false)
  })

  it('shows the state that was asked for before it started', async () => {
    const clock = new ManualClock()
    const port = new SimulatedPort(clock)
    const one = new StatusLight({ port, settings: statusLightSettings.parse({ pin: 22 }), clock, log: silentLog })
    one.show('listening')
    await one.start()
    await settle()
    expect(port.level(22)).toBe(true)
  })

  it('is dark after it stopped, and stays so', async () => {
    const { one, clock, port } = await light()
    one.show('listening')
    await settle()
    await one.stop()
    await one.stop()
    one.show('thinking')
    clock.advance(10_000)
    await settle()
    expect(port.level(22)).toBe(false)
  })

  it('without a pin is only dark', async () => {
    const { one, warnings } = await light(nonePort('no GPIO here'))
    one.show('thinking')
    await one.stop()
    expect(warnings).toHaveLength(1)
  })

  it('that fails says so once, and follows the latest state when it works again', async () => {
    const levels: boolean[] = []
    let broken = true
    const output = {
      set: async (on: boolean) => {
        await settle()
        if (broken) throw new Error('no such line')
        levels.push(on)
      },
      close: async () => {},
    }
    const { one, clock, warnings } = await light({ ...nonePort(null), output: async () => output })
    one.show('thinking')
    for (let step = 0; step < 10; step += 1) {
      clock.advance(150)
      await settle()
      await settle()
    }
    expect(warnings).toHaveLength(1)
    broken = false
    one.show('listening')
    for (let step = 0; step < 5; step += 1) await settle()
    expect(levels.at(-1)).toBe(true)
  })

  it('does not queue up what a slow pin cannot follow: the latest wins', async () => {
    const levels: boolean[] = []
    let finish = () => {}
    const output = {
      set: (on: boolean) => {
        levels.push(on)
        return new Promise<void>((resolve) => (finish = resolve))
      },
      close: async () => {},
    }
    const { one, clock } = await light({ ...nonePort(null), output: async () => output })
    one.show('thinking')
    clock.advance(10_050)
    one.show('listening')
    expect(levels).toEqual([false])
    finish()
    await settle()
    expect(levels).toEqual([false, true])
  })
})
