import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OnoffGpio, OnoffModule } from '../../../edge/gpio/onoff-port.ts'
import type { Machine } from '../../../edge/health/machine.ts'
import type { FakeTree } from '../health/fake-tree.ts'

export interface FakeOnoff {
  machine: Machine
  load: () => Promise<OnoffModule>
  drive(pin: number, high: boolean): void
  level(pin: number): boolean | null
  inUse(): number[]
  /** Makes the next export of a pin fail as the kernel does. */
  refuse(pin: number, code: 'EINVAL' | 'EBUSY' | 'EACCES'): void
  /** Makes it succeed again. */
  allow(pin: number): void
  /** Makes every level that is written to a pin fail, or no longer. */
  refuseLevels(pin: number, refuse: boolean): void
  /** Makes a pin's file keep what is in it, as when another owner holds it. */
  freeze(pin: number, name: 'direction' | 'edge' | 'active_low', text: string): void
}

export const BASE = 512

/**
 * A /sys/class/gpio made of files, with a kernel that exports pins at once, and an onoff that does to it what onoff 6.0.3
 * does: settings through the files, logical values, no word about errors of a pin that was exported before.
 */
export function fakeOnoff(tree: FakeTree, chips = { gpiochip512: { label: 'pinctrl-bcm2711', ngpio: 58 } }): FakeOnoff {
  const root = '/sys/class/gpio'
  tree.write(`${root}/export`, '')
  tree.write(`${root}/unexport`, '')
  for (const [name, { label, ngpio }] of Object.entries(chips)) {
    tree.write(`${root}/${name}/label`, `${label}\n`)
    tree.write(`${root}/${name}/base`, `${name.replace('gpiochip', '')}\n`)
    tree.write(`${root}/${name}/ngpio`, `${ngpio}\n`)
  }
  const folder = (number: number) => join(tree.root, root, `gpio${number}`)
  const volts = new Map<number, boolean>()
  const watching = new Map<number, () => void>()
  const refusals = new Map<number, string>()
  const refusing = new Set<number>()
  const frozen = new Map<string, string>()

  const read = (number: number, name: string) =>
    frozen.get(`${number}/${name}`) ?? readFileSync(join(folder(number), name), 'utf8').trim()
  const write = (number: number, name: string, text: string) => writeFileSync(join(folder(number), name), text)
  const exportPin = (number: number) => {
    const code = refusals.get(number)
    if (code) throw Object.assign(new Error(`${code}: export`), { code })
    mkdirSync(folder(number))
    for (const [name, text] of [['direction', 'in'], ['edge', 'none'], ['active_low', '0'], ['value', '0']] as const) // biome-ignore format: table
      write(number, name, text)
  }

  class Gpio implements OnoffGpio {
    readonly #number: number
    constructor(number: number, direction: string, edge: string, { activeLow }: { activeLow: boolean }) {
      if (!existsSync(folder(number))) throw new Error('the port exports a pin before onoff blocks the process for it')
      this.#number = number
      write(number, 'active_low', activeLow ? '1' : '0')
      write(number, 'direction', direction === 'in' ? 'in' : 'out')
      if (direction !== 'in') volts.set(number, direction === 'high')
      else write(number, 'edge', edge)
    }
    readSync(): 0 | 1 {
      return (volts.get(this.#number) ?? false) !== this.activeLow() ? 1 : 0
    }
    async write(value: 0 | 1): Promise<void> {
      if (refusing.has(this.#number)) throw new Error('EIO: write')
      volts.set(this.#number, (value === 1) !== this.activeLow())
    }
    watch(callback: (error: Error | null, value: 0 | 1) => void): void {
      watching.set(this.#number, () => callback(null, this.readSync()))
    }
    direction = () => read(this.#number, 'direction')
    edge = () => read(this.#number, 'edge')
    activeLow = () => read(this.#number, 'active_low') === '1'
    unexport(): void {
      if (!existsSync(folder(this.#number))) throw new Error('EBADF: close')
      watching.delete(this.#number)
      rmSync(folder(this.#number), { recursive: true })
    }
  }

  return {
    load: async () => ({ Gpio }),
    machine: {
      ...tree.machine,
      async writeText(path, text) {
        if (path === `${root}/export`) exportPin(Number(text))
        else await tree.machine.writeText(path, text)
      },
    },
    drive(pin, high) {
      volts.set(BASE + pin, high)
      watching.get(BASE + pin)?.()
    },
    level: (pin) => volts.get(BASE + pin) ?? null,
    inUse: () =>
      readdirSync(join(tree.root, root)).flatMap((name) => {
        const number = /^gpio(\d+)$/.exec(name)?.[1]
        return number === undefined ? [] : [Number(number) - BASE]
      }),
    refuse: (pin, code) => refusals.set(BASE + pin, code),
    allow: (pin) => void refusals.delete(BASE + pin),
    refuseLevels: (pin, refuse) => void (refuse ? refusing.add(BASE + pin) : refusing.delete(BASE + pin)),
    freeze: (pin, name, text) => frozen.set(`${BASE + pin}/${name}`, text),
  }
}
