import { type Clock, systemClock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { EXIT } from '../../shared/exit-code.ts'
import type { Call } from '../parse-call.ts'
import { authorityOf } from './hub-place.ts'
import { type KeptHub, type KeptHubs, keptNamed, readKeptHubs, writeKeptHubs } from './kept-hubs.ts'
import { postLogout } from './page-session.ts'

/** `lares logout`: ends logins at their hubs, and forgets them here in any case. Returns the exit code. */
export async function logOutOfHub({ params, json }: Call, clock: Clock = systemClock): Promise<number> {
  const kept = readKeptHubs()
  const left = leaving(kept, params)
  const told = []
  for (const hub of left) {
    // Forgotten before the hub is asked: whatever it answers, and whenever.
    forget(hub)
    told.push({ name: hub.name, ...(await endAt(hub, clock)) })
  }
  if (json) process.stdout.write(`${JSON.stringify({ logins: told })}\n`)
  else for (const { name, words } of told) process.stdout.write(`${name}: ${words}\n`)
  return EXIT.ok
}

function leaving(kept: KeptHubs, { hub, all }: Record<string, unknown>): KeptHub[] {
  if (all === true) return [...kept.hubs]
  if (hub !== undefined) return [keptNamed(kept, String(hub))]
  const [only, ...others] = kept.hubs
  if (only && others.length === 0) return [only]
  if (!only) throw new LaresError('not_found', 'you are logged in nowhere', { hint: 'Log in first: lares login HUB.' })
  throw new LaresError('bad_params', 'you are logged in at several hubs', {
    hint: 'Name one, or all of them: lares logout --all. lares logins lists them.',
  })
}

function forget({ name }: KeptHub): void {
  const { usual, hubs } = readKeptHubs()
  const rest = hubs.filter((one) => one.name !== name)
  writeKeptHubs({ usual: usual === name ? (rest.length === 1 ? (rest[0]?.name ?? null) : null) : usual, hubs: rest })
}

async function endAt(hub: KeptHub, clock: Clock): Promise<{ ended: boolean; words: string }> {
  const { login } = hub
  if (login.kind === 'token')
    return {
      ended: false,
      words: 'forgotten here; the token is good elsewhere until it is revoked (lares tokens revoke)',
    }
  try {
    const ended = await postLogout(hub, login.cookie, clock)
    return { ended, words: ended ? 'logged out' : 'forgotten here; the hub knew of no such login any more' }
  } catch (error) {
    const words = `forgotten here; the hub at ${authorityOf(hub)} could not be told (${asError(error).message}). There the login ends by itself after two weeks, or at once with lares users end-session`
    return { ended: false, words }
  }
}
