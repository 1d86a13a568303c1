import { LaresError } from '../../shared/errors.ts'
import type { Machine } from '../health/machine.ts'
import type { Finding } from './findings.ts'
import type { ServiceUnit } from './service-unit.ts'

/** Set for the doctor within: it looks from there already. */
export const INSIDE = 'LARES_DOCTOR_INSIDE'

/** What decides what a service may see and do. Not its runtime folder: systemd removes that with the first to end. */
const RESTRICTING =
  /^(User|Group|SupplementaryGroups|UMask|Environment|EnvironmentFile|StateDirectory|StateDirectoryMode|WorkingDirectory|RootDirectory|NoNewPrivileges|LockPersonality|MemoryDenyWriteExecute|AmbientCapabilities|CapabilityBoundingSet|Device\w+|Private\w+|Protect\w+|Restrict\w+|SystemCall\w+|\w+Paths)$/
const LIMIT_MS = 900_000

export interface AsServiceOptions {
  data: string | null
  config: string | null
}

/**
 * The findings of a doctor that runs as the service does: its account, groups, devices and folders. Needs root.
 * Rejects when systemd does not start it.
 */
export async function runAsService(machine: Machine, unit: ServiceUnit, options: AsServiceOptions): Promise<Finding[]> {
  let output = ''
  const program = machine.start(serviceCommand(unit, options), {
    onOutput(text) {
      output += text
    },
  })
  const cancel = machine.clock.after(LIMIT_MS, () => program.kill())
  const end = await program.ended
  cancel()
  try {
    return JSON.parse(output) as Finding[]
  } catch (cause) {
    const why = end.lastError || end.problem || `it ended with ${end.code ?? end.signal}`
    throw new LaresError('no_permission', `the doctor could not be run as the service: ${why}`, {
      cause,
      hint:
        'See what systemd has against it: sudo systemd-run --wait --pipe true. What follows is what this account sees; the ' +
        'service may see less.',
    })
  }
}

/** `systemd-run` with the service's restrictions, and the doctor in place of the agent. */
export function serviceCommand({ settings, command }: ServiceUnit, { data, config }: AsServiceOptions): string[] {
  const [program = 'lares', ...words] = command
  const option = (name: string, given: string | null) => {
    const value = given ?? (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)
    return value === undefined ? [] : [name, value]
  }
  const properties = settings
    .filter(({ key }) => RESTRICTING.test(key))
    .map(({ key, value }) => `--property=${key}=${value}`)
  return [
    ...['systemd-run', '--quiet', '--wait', '--pipe', '--collect', `--setenv=${INSIDE}=1`, ...properties, '--'],
    ...[program, 'edge', 'doctor', '--json', ...option('--data', data), ...option('--config', config)],
  ]
}
