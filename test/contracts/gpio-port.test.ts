import { it } from 'vitest'
import { openGpiodPort } from '../../edge/gpio/gpiod-port.ts'
import { openOnoffPort } from '../../edge/gpio/onoff-port.ts'
import { SimulatedPort } from '../../edge/gpio/simulated-port.ts'
import { ManualClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import { fakeGpiod } from '../edge/gpio/fake-gpiod.ts'
import { fakeOnoff } from '../edge/gpio/fake-onoff.ts'
import { openRealOnoffBench, whyNoRealOnoff } from '../edge/gpio/onoff-bench.ts'
import { fakeTree } from '../edge/health/fake-tree.ts'
import { gpioPortContract } from './gpio-port.ts'

gpioPortContract('simulated', async () => {
  const clock = new ManualClock()
  const port = new SimulatedPort(clock)
  return {
    port,
    drive: async (pin, high) => port.drive(pin, high),
    level: async (pin) => port.level(pin),
    advance: async (ms) => clock.advance(ms),
    inUse: async () => null,
    dispose: async () => {},
  }
})

for (const version of [1, 2] as const)
  gpioPortContract(`gpiod with the programs of libgpiod ${version}`, async () => {
    const clock = new ManualClock()
    const tree = fakeTree()
    const gpiod = fakeGpiod(tree, version)
    return {
      port: await openGpiodPort({ machine: tree.machine, clock, log: silentLog }),
      drive: async (pin, high) => gpiod.drive(pin, high),
      level: async (pin) => gpiod.level(pin),
      advance: async (ms) => clock.advance(ms),
      inUse: async () => gpiod.inUse(),
      dispose: async () => {},
    }
  })

gpioPortContract('onoff with a stand-in for onoff', async () => {
  const clock = new ManualClock()
  const tree = fakeTree()
  const { machine, load, ...kernel } = fakeOnoff(tree)
  return {
    port: await openOnoffPort({ machine, clock, log: silentLog, load }),
    drive: async (pin, high) => kernel.drive(pin, high),
    level: async (pin) => kernel.level(pin),
    advance: async (ms) => clock.advance(ms),
    inUse: async () => kernel.inUse(),
    dispose: async () => {},
  }
})

const whyNot = whyNoRealOnoff()
if (whyNot === null) gpioPortContract('onoff itself, with its native epoll', openRealOnoffBench)
else it.skip(`the GPIO port onoff itself: not tried here, ${whyNot}`)
