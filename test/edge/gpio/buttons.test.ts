import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../edge/config/schema.ts'
import { answerPress } from '../../../edge/control/press-command.ts'
import { PinPort } from '../../../edge/gpio/pin-port.ts'
import { Pins } from '../../../edge/parts/pins.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { fakeTree } from '../health/fake-tree.ts'

interface Told {
  type: string
  data: { button: string; pressed_ms: number }
}

/** An agent's pins with this table [gpio], and what they told the house. */
async function pinsOf(table: Record<string, unknown>, machine = fakeTree().machine) {
  const config = configSchema.parse({ gpio: table }).gpio
  const clock = new ManualClock()
  const port = new PinPort({ settings: { backend: config.backend }, machine, clock, log: silentLog })
  const told: Told[] = []
  const talked: string[] = []
  const pins = new Pins({
    ...{ config, port, clock, log: silentLog },
    outbox: { event: (event: unknown) => void told.push(event as Told) } as never,
    onTalk: ({ state }) => talked.push(state),
    onMute: (muted) => talked.push(`muted ${muted}`),
  })
  await pins.start()
  return { pins, clock, told, talked, said: () => told.map(({ type, data }) => `${data.button} ${type}`) }
}

describe('buttons of a device', () => {
  it('are told by their names, and start nothing on it that is not theirs', async () => {
    const { pins, clock, said, talked } = await pinsOf({
      ...{
        backend: 'simulated',
        talk_button: 17,
        buttons: { lamp: 5, bell: { pin: 6, active_low: false, pull: 'down' } },
      },
    })
    for (const button of ['lamp', 'bell']) {
      answerPress({ ask: 'press', button }, pins)
      clock.advance(1_000)
    }
    expect(said()).toEqual([
      'lamp button_pressed',
      'lamp button_released',
      'bell button_pressed',
      'bell button_released',
    ])
    expect(talked).toEqual([])
    pins.press('talk')
    clock.advance(1_000)
    expect(talked).toEqual(['pressed', 'released'])
    await pins.stop()
  })

  it('that stay where they were put are turned over', async () => {
    const { pins, clock, said } = await pinsOf({
      ...{ backend: 'simulated', buttons: { porch: { pin: 5, contact: 'latching' } } },
    })
    for (let times = 0; times < 3; times += 1) {
      clock.advance(1_000)
      pins.press('porch')
    }
    clock.advance(1_000)
    expect(said()).toEqual(['porch button_pressed', 'porch button_released', 'porch button_pressed'])
    await pins.stop()
  })

  it('are pressed by a command where they are simulated, and nowhere else', async () => {
    const { pins } = await pinsOf({ backend: 'simulated', buttons: { lamp: 5 } })
    expect(() => pins.press('lampe')).toThrow('this device has no button lampe')
    expect(() => pins.press('constructor')).toThrow('this device has no button')
    await pins.stop()
    const none = await pinsOf({ backend: 'simulated', status_led: 5 })
    expect(() => none.pins.press('lamp')).toThrow(expect.objectContaining({ hint: 'Name one in [gpio] buttons.' }))
    await none.pins.stop()
    const real = await pinsOf({ backend: 'gpiod', buttons: { lamp: 5 } })
    expect(() => real.pins.press('lamp')).toThrow('lamp is a real button')
    await real.pins.stop()
  })
})
