import { cleanText } from '../../shared/clean-text.ts'
import { type Clock, systemClock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { EXIT } from '../../shared/exit-code.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { askLine, askSecret, isAnybodyThere } from '../../shared/terminal/ask-person.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { Call } from '../parse-call.ts'
import { isHubHere } from '../which-hub.ts'
import type { TrustedPlace } from './ask-page.ts'
import { connectElsewhere } from './connect-elsewhere.ts'
import { authorityOf, type HubPlace, isSamePlace, readHubPlace } from './hub-place.ts'
import { type KeptHub, type KeptHubs, readKeptHubs, writeKeptHubs } from './kept-hubs.ts'
import { meetHub } from './known-hub.ts'
import { postLogin, postLogout } from './page-session.ts'

/** Two clocks that differ by this are told of. */
const CLOCK_MS = 5 * 60_000

interface Wish {
  hub: string
  name?: string
  user?: string
  fingerprint?: string
  password_stdin?: boolean
  token_stdin?: boolean
  default?: boolean
}

/** `lares login`: makes a hub known and logs in there; every command then works from here. Returns the exit code. */
export async function logInAtHub({ params, json }: Call, clock: Clock = systemClock): Promise<number> {
  const wish = params as unknown as Wish
  const say = (text: string) => void (json ? process.stderr : process.stdout).write(text)
  const kept = readKeptHubs()
  const before = knownBefore(kept, wish)
  const place = before ?? readHubPlace(wish.hub)
  const name = wish.name ?? before?.name ?? nameFor(place)
  refuseTaken(kept, { name, place, before })
  const met = await meetHub(place, { before: before?.trust, fingerprint: wish.fingerprint, clock, say })
  tellOfClock(met.now - clock.now(), say)
  const { host, port } = place
  const trusted = { host, port, trust: met.trust }
  const login = await credentialsFor(trusted, { wish, before, clock })
  const hub: KeptHub = { name, host, port, base: met.base, trust: met.trust, login, since: clock.now() }
  const who = await whoIs(hub, clock)
  // Anew: while somebody typed, another login may have come.
  const { usual, hubs } = readKeptHubs()
  const rest = hubs.filter((one) => one.name !== name && one.name !== before?.name)
  const isUsual = wish.default === true || usual === null || usual === before?.name || rest.length === 0
  writeKeptHubs({ usual: isUsual ? name : usual, hubs: [...rest, hub] })
  if (json) process.stdout.write(`${JSON.stringify({ name, hub: authorityOf(place), user: who, is_usual: isUsual })}\n`)
  else say(doneWords(hub, who, isUsual && !isHubHere()))
  return EXIT.ok
}

/** The login that is renewed: by its name, or the only one at this address. */
function knownBefore({ hubs }: KeptHubs, { hub, name }: Wish): KeptHub | undefined {
  const wanted = name ?? hub.trim()
  const called = hubs.find((one) => one.name === wanted)
  if (called !== undefined) return name === undefined || isSamePlace(called, readHubPlace(hub)) ? called : undefined
  if (name !== undefined) return undefined
  const place = readHubPlace(hub)
  const there = hubs.filter((one) => isSamePlace(one, place))
  return there.length === 1 ? there[0] : undefined
}

/** `lares` of `lares.local`; an address as it is. */
function nameFor({ host }: HubPlace): string {
  const isName = !host.includes(':') && !/^[\d.]+$/.test(host)
  return isName ? (host.split('.')[0] ?? host) : host
}

function refuseTaken(
  { hubs }: KeptHubs,
  { name, place, before }: { name: string; place: HubPlace; before: KeptHub | undefined },
): void {
  const taken = hubs.find((one) => one.name === name && one !== before)
  if (taken !== undefined)
    throw new LaresError('already_exists', `you call another hub ${name}: the one at ${authorityOf(taken)}`, {
      hint: `Call this one otherwise: lares login ${authorityOf(place)} --name NAME.`,
    })
}

function tellOfClock(aheadMs: number, say: (text: string) => void): void {
  if (Math.abs(aheadMs) < CLOCK_MS) return
  const by = durationWords(Math.abs(aheadMs))
  say(
    `The clock of the hub is ${by} ${aheadMs > 0 ? 'ahead of' : 'behind'} that of this machine: times that you type go by this one.\n`,
  )
}

async function credentialsFor(
  place: TrustedPlace,
  { wish, before, clock }: { wish: Wish; before: KeptHub | undefined; clock: Clock },
): Promise<KeptHub['login']> {
  const kept = before?.login
  const usual = kept?.kind === 'session' && wish.token_stdin !== true ? kept.email : undefined
  const user = wish.user ?? usual ?? (await askUser())
  if (wish.token_stdin === true)
    return { kind: 'token', user, token: (await askSecret('token', { twice: false })).trim() }
  const password = await askSecret('password', { twice: false })
  // What was kept of the same hub is given up there; of one that is known by something else it is not even shown.
  const isSame = JSON.stringify(before?.trust) === JSON.stringify(place.trust)
  const old = isSame && kept?.kind === 'session' ? kept.cookie : undefined
  return {
    kind: 'session',
    email: user.toLowerCase(),
    cookie: await postLogin(place, { email: user, password, before: old, clock }),
  }
}

async function askUser(): Promise<string> {
  const typed = isAnybodyThere() ? await askLine('E-mail address: ') : null
  if (typed !== null && typed !== '') return typed
  throw new LaresError('bad_params', 'nobody said who logs in', {
    hint: 'Write it as --user anna@example.com; with a token the user id that was shown beside it.',
  })
}

/** Whether the hub lets them in by its WebSocket too. What does not work is not left behind there. */
async function whoIs(hub: KeptHub, clock: Clock): Promise<string> {
  try {
    const client = await connectElsewhere(hub)
    try {
      const told = (await client.request('users', 'me', {})) as { email?: string | null }
      return cleanText(told.email ?? (hub.login.kind === 'session' ? hub.login.email : hub.login.user))
    } finally {
      await client.close()
    }
  } catch (error) {
    if (hub.login.kind === 'session') await postLogout(hub, hub.login.cookie, clock).catch(() => undefined)
    if (error instanceof LaresError && error.code === 'bad_login')
      throw new LaresError('bad_login', `the hub at ${authorityOf(hub)} does not know this user id with this token`, {
        cause: error,
        hint: 'Write as --user the user id that lares users token or lares programs create showed beside the token, and no e-mail address.',
      })
    throw error
  }
}

function doneWords({ name, host, port }: KeptHub, who: string, isUsual: boolean): string {
  const named = `--hub ${shellWord(name)}`
  const how = isUsual
    ? 'Every command asks that hub now: lares devices list'
    : isHubHere()
      ? `There is a hub on this machine, which commands ask as before. That one: lares devices list ${named}`
      : `It is asked with ${named}: lares devices list ${named}`
  return `Logged in at ${name} (${authorityOf({ host, port })}) as ${who}.\n${how}\n`
}
