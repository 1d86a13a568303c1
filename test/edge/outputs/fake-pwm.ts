import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../../../edge/health/machine.ts'
import type { Clock } from '../../../shared/clock.ts'
import { type FakeTree, fakeTree } from '../health/fake-tree.ts'

export interface FakePwm {
  root: string
  tree: FakeTree
  machine: Machine
  read(channel: number, name: string): string
  write(channel: number, name: string, text: string): void
  /** `period=1000000`, `duty_cycle=0`, … in the order in which the kernel took them. */
  written: string[]
  /** Makes the export of a channel, or of all, fail as the kernel does; `null`: no more. */
  refuse(code: 'EBUSY' | 'EACCES' | 'ENODEV' | null, channel?: number): void
}

const UNITS = {
  'Pi 4': 'OF_FULLNAME=/soc/pwm@7e20c000\nOF_COMPATIBLE_0=brcm,bcm2835-pwm\n',
  'Pi 5': 'OF_FULLNAME=/axi/pcie@1000120000/rp1/pwm@98000\nOF_COMPATIBLE_0=raspberrypi,rp1-pwm\n',
} as const

/** The other PWM of each board, which reaches no pin of the header: sound, and the fan. */
const OTHERS = {
  'Pi 4': 'OF_FULLNAME=/soc/pwm@7e20c800\nOF_COMPATIBLE_0=brcm,bcm2835-pwm\n',
  'Pi 5': 'OF_FULLNAME=/axi/pcie@1000120000/rp1/pwm@9c000\nOF_COMPATIBLE_0=raspberrypi,rp1-pwm\n',
} as const

/**
 * A /sys/class/pwm made of files with the rules of the kernel's: a channel appears when it is exported, and a pulse is never
 * longer than its period (drivers/pwm/core.c, EINVAL).
 */
export function fakePwm(
  clock: Clock,
  { board = 'Pi 5', chip = 0 }: { board?: keyof typeof UNITS; chip?: number } = {},
): FakePwm {
  const tree = fakeTree({ clock })
  const folder = `/sys/class/pwm/pwmchip${chip}`
  tree.write(`${folder}/device/uevent`, UNITS[board])
  tree.write(`${folder}/export`, '')
  tree.write(`/sys/class/pwm/pwmchip${chip === 0 ? 2 : 0}/device/uevent`, OTHERS[board])
  const at = (channel: number, name: string) => join(tree.root, folder, `pwm${channel}`, name)
  const read = (channel: number, name: string) => readFileSync(at(channel, name), 'utf8').trim()
  const write = (channel: number, name: string, text: string) => {
    mkdirSync(join(at(channel, name), '..'), { recursive: true })
    writeFileSync(at(channel, name), text)
  }
  const written: string[] = []
  const refusals = new Map<number | 'all', string>()
  const fail = (code: string) => {
    throw Object.assign(new Error(`${code}: write`), { code })
  }

  const machine: Machine = {
    ...tree.machine,
    async writeText(path, text) {
      if (path === `${folder}/export`) {
        const code = refusals.get('all') ?? refusals.get(Number(text))
        if (code !== undefined) fail(code)
        for (const [
          name,
          first,
        ] of [['period', '0'], ['duty_cycle', '0'], ['enable', '0'], ['polarity', 'normal']] as const) // biome-ignore format: table
          if (!existsSync(at(Number(text), name))) write(Number(text), name, `${first}\n`)
        return
      }
      const [, channel = '', name = ''] = /pwm(\d+)\/(\w+)$/.exec(path) ?? []
      // Until 6.11 the kernel took nothing for a channel that has no period yet.
      if (name !== 'period' && name !== 'export' && channel !== '' && Number(read(Number(channel), 'period')) === 0)
        fail('EINVAL')
      const other = name === 'period' ? 'duty_cycle' : name === 'duty_cycle' ? 'period' : null
      if (other !== null && existsSync(at(Number(channel), name))) {
        const beside = Number(read(Number(channel), other))
        if (name === 'period' ? Number(text) < beside : Number(text) > beside) fail('EINVAL')
      }
      await tree.machine.writeText(path, text)
      written.push(`${name}=${text}`)
    },
  }
  const refuse: FakePwm['refuse'] = (code, channel) => {
    if (code === null) refusals.clear()
    else refusals.set(channel ?? 'all', code)
  }
  return { root: tree.root, tree, machine, read, write, written, refuse }
}
