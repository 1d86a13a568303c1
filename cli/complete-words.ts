import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { type Clock, systemClock, wait } from '../shared/clock.ts'
import type { AdminClient } from './admin-client.ts'
import { CompletionCache } from './completion/completion-cache.ts'
import { isTypedWord } from './completion/typed-word.ts'
import { LOGINS_KIND, VALUE_KINDS, WORDS_KIND } from './completion/value-kinds.ts'
import { readKeptHubs } from './elsewhere/kept-hubs.ts'
import { LIVE_COMMANDS } from './live-commands.ts'
import { optionName, paramOptions } from './param-options.ts'
import { hubOptions } from './parse-call.ts'
import { type MeantHub, meantHub, withHub } from './which-hub.ts'

/** A shell that waits for longer seems to hang. */
const PATIENCE_MS = 1_500

/**
 * What a shell asks for behind the words that were typed: things of a house by their kind, or words that only the hub knows. Nothing,
 * and soon, where it cannot be said: nobody wants an error while typing.
 */
export async function completeWords(
  kind: string,
  typed: readonly string[],
  clock: Clock = systemClock,
): Promise<string[]> {
  try {
    if (kind === LOGINS_KIND)
      return readKeptHubs()
        .hubs.map(({ name }) => name)
        .filter(isTypedWord)
    const meant = meantHub(hubOptions(typed))
    const known = await new CompletionCache(meantName(meant), clock).get(cacheKey(kind, typed), async () => {
      const asked = withHub(hubOptions(typed), (client) => asking(kind, typed, client))
      const late = wait(clock, PATIENCE_MS).then(() => Promise.reject(new Error('late')))
      return await Promise.race([asked, late])
    })
    return (kind === WORDS_KIND ? wordsBehind(known as DescribedCommand[], typed) : (known as string[])).filter(
      isTypedWord,
    )
  } catch {
    return []
  }
}

/** Sensors are those of a device; everything else is the same whatever stands before it. */
function cacheKey(kind: string, typed: readonly string[]): string {
  return kind === 'sensors' ? `${kind} ${deviceIn(typed) ?? ''}` : kind
}

async function asking(kind: string, typed: readonly string[], client: AdminClient): Promise<unknown[]> {
  if (kind === WORDS_KIND) {
    const { commands } = (await client.request('admin', 'describe', {})) as { commands: unknown[] }
    return commands
  }
  const of = VALUE_KINDS.get(kind)
  if (!of) return []
  const device = kind === 'sensors' ? deviceIn(typed) : undefined
  const answer = await client.request(...of.list, device === undefined ? {} : { device })
  const rows = (answer as Record<string, Record<string, unknown>[] | undefined>)[of.rows] ?? []
  return [...new Set(rows.flatMap((row) => of.names.map((name) => String(row[name] ?? '')).find(isTypedWord) ?? []))]
}

/** Of `readings query kitchen-pi` the device. */
function deviceIn([, , first]: readonly string[]): string | undefined {
  return first === undefined || first === '' || first.startsWith('-') ? undefined : first
}

function wordsBehind(
  commands: readonly DescribedCommand[],
  [area = '', verb = '', ...rest]: readonly string[],
): string[] {
  const all = [...commands, ...LIVE_COMMANDS]
  if (area === '') return [...new Set(all.map((one) => one.area))]
  if (verb === '' && rest.length === 0) return all.filter((one) => one.area === area).map((one) => one.verb)
  const command = all.find((one) => one.area === area && one.verb === verb)
  return command ? [...paramOptions(command).keys()].map((name) => `--${optionName(name)}`) : []
}

function meantName(meant: MeantHub): string {
  return meant.kind === 'here'
    ? meant.socket
    : `${meant.hub.name} ${meant.hub.host} ${meant.hub.port} ${meant.hub.since}`
}
