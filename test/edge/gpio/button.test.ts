import { describe, expect, it } from 'vitest'
import type { ButtonEvent, ButtonSettings } from '../../../edge/gpio/button.ts'
import { Button, buttonSettings } from '../../../edge/gpio/button.ts'
import { nonePort } from '../../../edge/gpio/none-port.ts'
import type { GpioPort } from '../../../edge/gpio/port.ts'
import { SimulatedPort } from '../../../edge/gpio/simulated-port.ts'
import { ManualClock } from '../../../shared/clock.ts'

function button(settings: Partial<ButtonSettings> = {}, other?: GpioPort) {
  const clock = new ManualClock()
  const port = new SimulatedPort(clock)
  const events: ButtonEvent[] = []
  const problems: Error[] = []
  const one = new Button({
    port: other ?? port,
    settings: buttonSettings.parse({ pin: 17, ...settings }),
    clock,
    onEvent: (event) => events.push(event),
    onProblem: (error) => problems.push(error),
  })
  /** A button to ground: pressed is low. */
  const press = (down: boolean) => port.drive(17, !down)
  return { clock, port, one, events, problems, press, states: () => events.map(({ state }) => state) }
}

describe('a talk button', () => {
  it('says pressed, held and released, with the time between', async () => {
    const { clock, one, events, press } = button()
    await one.start()
    press(true)
    expect(one.pressed).toBe(true)
    clock.advance(1_000)
    clock.advance(500)
    press(false)
    expect(events).toEqual([
      { state: 'pressed', pressedMs: 0, found: false },
      { state: 'held', pressedMs: 1_000, found: false },
      { state: 'released', pressedMs: 1_500, found: false },
    ])
    expect(one.pressed).toBe(false)
  })

  it('is not held when it was let go before', async () => {
    const { clock, one, press, states } = button()
    await one.start()
    press(true)
    clock.advance(900)
    press(false)
    clock.advance(5_000)
    expect(states()).toEqual(['pressed', 'released'])
  })

  it('that bounces is pressed once', async () => {
    const { clock, one, press, states } = button()
    await one.start()
    for (const down of [true, false, true, false, true]) press(down)
    clock.advance(30)
    expect(states()).toEqual(['pressed'])
  })

  it('that is stuck at the start does not open the microphone, and works once it was let go', async () => {
    const { clock, one, press, states } = button()
    press(true)
    await one.start()
    clock.advance(60_000)
    expect(states()).toEqual([])
    expect(one.pressed).toBe(false)
    press(false)
    clock.advance(30)
    press(true)
    expect(states()).toEqual(['pressed'])
  })

  it('says nothing more once it is stopped', async () => {
    const { clock, one, press, states } = button()
    await one.start()
    press(true)
    await one.stop()
    await one.stop()
    press(false)
    clock.advance(60_000)
    expect(states()).toEqual(['pressed'])
  })

  it('without a pin is a problem told once, and nothing else', async () => {
    const { one, problems } = button({}, nonePort('no GPIO here'))
    await one.start()
    expect(problems).toMatchObject([{ code: 'device_missing' }])
    await one.stop()
  })
})

describe('a mute switch', () => {
  it('says where it was found, because a microphone that was off must be off after a power cut', async () => {
    const on = button({ contact: 'latching' })
    on.press(true)
    await on.one.start()
    expect(on.events).toEqual([{ state: 'pressed', pressedMs: 0, found: true }])
    const off = button({ contact: 'latching' })
    await off.one.start()
    expect(off.events).toEqual([{ state: 'released', pressedMs: 0, found: true }])
  })

  it('is never held, however long it is on', async () => {
    const { clock, one, press, states } = button({ contact: 'latching' })
    await one.start()
    press(true)
    clock.advance(3_600_000)
    press(false)
    expect(states()).toEqual(['released', 'pressed', 'released'])
  })
})
