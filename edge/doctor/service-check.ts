import { accessSync, constants } from 'node:fs'
import { userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { variable } from '../../shared/environment.ts'
import { needsPins } from '../config/buttons.ts'
import type { EdgeConfig } from '../config/schema.ts'
import type { Machine } from '../health/machine.ts'
import { orNull } from '../health/unknown.ts'
import { INSIDE } from './as-service.ts'
import type { Finding } from './findings.ts'
import { problem, skipped } from './findings.ts'
import type { DoctorOptions } from './options.ts'
import type { ServiceUnit } from './service-unit.ts'
import { readServiceUnit } from './service-unit.ts'

/** Where systemd looks for programs, when a unit says nothing else. */
const SERVICE_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
/** Device files of the classes that DeviceAllow names. */
const CLASSES: readonly [RegExp, string][] = [
  [/^\/dev\/snd\//, 'char-alsa'],
  [/^\/dev\/gpiochip/, 'char-gpiochip'],
  [/^\/dev\/i2c-/, 'char-i2c'],
  [/^\/dev\/spidev/, 'char-spi'],
]
/** What every service may open, whatever its DevicePolicy (systemd.resource-control). */
const ALWAYS = /^\/dev\/((null|zero|full|random|urandom|tty|ptmx)$|pts\/)/

/** What the service will see differently from who asks here, told beforehand. */
export async function checkService({ config, machine, env = {} }: DoctorOptions): Promise<Finding[]> {
  // The doctor within the service sees it as it is.
  if (variable(INSIDE, env) !== undefined) return []
  const unit = await readServiceUnit(machine)
  if (unit === null) return [skipped('service', 'the agent is no service of this system')]
  const user = unit.get('User') ?? 'root'
  const here = userInfo().username
  const path = (variable('PATH', env) ?? variable('PATH') ?? '').split(':')
  const seen = tablesOf(config).flatMap((table) => checkTable(table, { unit, path }))
  const groups = await checkGroups(config, { machine, unit, user })
  const look =
    here === user
      ? []
      : [skipped('service', `it runs as ${user}, this looked as ${here}: sudo lares edge doctor looks as it does`)]
  return [...look, ...seen, ...groups]
}

interface TableWords {
  check: string
  /** The program of a command, or `null`. */
  program: string | null
  /** Absolute paths that it is given. */
  paths: string[]
}

function tablesOf(config: EdgeConfig): TableWords[] {
  const words = (value: unknown) => (Array.isArray(value) ? value : [value]).filter((word) => typeof word === 'string')
  return Object.entries(config.sensors).map(([key, { command, path }]) => {
    const [program = null, ...rest] = words(command)
    return { check: `sensor ${key}`, program, paths: [...rest, ...words(path)].filter(isAbsolute) }
  })
}

/** What of a table the service may not find or not open. */
function checkTable(
  { check, program, paths }: TableWords,
  { unit, path }: { unit: ServiceUnit; path: readonly string[] },
): Finding[] {
  if (program?.includes('/') && !isAbsolute(program))
    return [problem(check, `the service looks for ${program} below /, not here`, 'Write its whole path.')]
  const found = program === null ? null : located(program, path)
  const findings = [...(found === null ? [] : [found]), ...paths].flatMap((word) => {
    const hidden = hiddenBy(unit, word)
    if (hidden !== null)
      return [
        problem(check, `the service does not see ${word} (${hidden})`, 'Put it where services look: /usr/local/bin.'),
      ]
    if (!deviceAllowed(unit, word))
      return [
        problem(
          check,
          `the service may not open ${word} (DevicePolicy)`,
          `Run sudo systemctl edit lares-edge, and write [Service] and below it DeviceAllow=${word} rw`,
        ),
      ]
    return []
  })
  if (findings.length > 0 || program === null || found === null || isAbsolute(program)) return findings
  if (!isAbsolute(found) || SERVICE_PATH.some((folder) => found === join(folder, program))) return []
  return [problem(check, `the service does not look for programs where ${found} is`, 'Write its whole path.')]
}

/** Where this shell finds a program; the word itself when it does not. */
function located(program: string, path: readonly string[]): string {
  if (isAbsolute(program)) return program
  const places = path.filter(isAbsolute).map((folder) => join(folder, program))
  return places.find(isExecutable) ?? program
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function hiddenBy(unit: ServiceUnit, path: string): string | null {
  const below = (...folders: string[]) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`))
  const on = (key: string) => /^(yes|true|on|1|tmpfs|disconnected)$/i.test(unit.get(key) ?? '')
  if (on('ProtectHome') && below('/home', '/root', '/run/user')) return 'ProtectHome'
  if (on('PrivateTmp') && below('/tmp', '/var/tmp')) return 'PrivateTmp'
  return null
}

function deviceAllowed(unit: ServiceUnit, path: string): boolean {
  if (!path.startsWith('/dev/') || ALWAYS.test(path)) return true
  const policy = unit.get('DevicePolicy') ?? 'auto'
  const allowed = unit.all('DeviceAllow').map((rule) => rule.split(/\s+/)[0])
  if (policy === 'auto' && allowed.length === 0) return true
  const family = CLASSES.find(([pattern]) => pattern.test(path))?.[1]
  return allowed.includes(path) || (family !== undefined && allowed.includes(family))
}

async function checkGroups(
  { microphone, speaker, gpio }: EdgeConfig,
  { machine, unit, user }: { machine: Machine; unit: ServiceUnit; user: string },
): Promise<Finding[]> {
  const listed = await orNull(() => machine.run(['id', '-nG', user], { timeoutMs: 5_000 }))
  if (listed === null) return [problem('service', `its account ${user} is missing`, 'Run scripts/install edge again.')]
  const groups = new Set([
    ...listed.trim().split(/\s+/),
    ...unit.all('SupplementaryGroups').flatMap((one) => one.split(/\s+/)),
  ])
  const wanted = [...(microphone.enabled || speaker.enabled ? ['audio'] : []), ...(needsPins(gpio) ? ['gpio'] : [])]
  if (user === 'root') return []
  return wanted
    .filter((group) => !groups.has(group))
    .map((group) =>
      problem(
        'service',
        `its account ${user} is not in the group ${group}`,
        `sudo usermod -aG ${group} ${user}, then restart the agent.`,
      ),
    )
}
