import type { Machine } from '../health/machine.ts'
import { orNull } from '../health/unknown.ts'

export const SERVICE = 'lares-edge.service'

/** The agent's service as systemd has it, with everything an administrator changed about it. */
export interface ServiceUnit {
  /** The assignments of [Service] in their order; an empty value forgets those before. */
  settings: readonly { key: string; value: string }[]
  /** The words of its command. */
  command: readonly string[]
  /** The last value of a setting, or `null`. */
  get(key: string): string | null
  all(key: string): string[]
}

/** `null` where there is no systemd, or the agent is no service of it. */
export async function readServiceUnit(machine: Machine): Promise<ServiceUnit | null> {
  const text = await orNull(() => machine.run(['systemctl', 'cat', '--no-pager', SERVICE], { timeoutMs: 5_000 }))
  return text === null ? null : parseUnit(text)
}

export function parseUnit(text: string): ServiceUnit | null {
  const settings: { key: string; value: string }[] = []
  let section = ''
  for (const line of text
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((one) => one.trim())) {
    const [, header] = /^\[(.+)\]$/.exec(line) ?? []
    section = header ?? section
    const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (section === 'Service' && key !== '') settings.push({ key, value })
  }
  const all = (key: string) => {
    const values = settings.filter((one) => one.key === key).map(({ value }) => value)
    return values.slice(values.lastIndexOf('') + 1)
  }
  const command = all('ExecStart').at(-1)?.split(/\s+/) ?? []
  return command.length === 0 ? null : { settings, command, all, get: (key) => all(key).at(-1) ?? null }
}
