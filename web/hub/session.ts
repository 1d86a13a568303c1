import { HubError } from './hub-error.ts'

/** Who is logged in, as the hub says it. */
export interface Session {
  /** Id of the account. */
  user: string
  email: string
  full_name: string | null
  role: string
  /** First level of the hub's topics. */
  base: string
  /** The hub's clock: milliseconds. */
  now: number
}

interface Refusal {
  error?: { code: string; message: string; hint: string }
  /** There where waiting helps. */
  retry_after_s?: number
}

/** Who is logged in with this browser's cookie; `null`: nobody. Throws what `fetch` throws when the hub is away. */
export async function readSession(): Promise<Session | null> {
  const answer = await fetch('/session', { headers: { accept: 'application/json' }, cache: 'no-store' })
  if (answer.status === 401) return null
  if (!answer.ok) throw new HubError('unreachable', `the hub answered ${answer.status}`)
  return (await answer.json()) as Session
}

/** Throws a `HubError` that says why the hub does not let somebody in. */
export async function logIn(email: string, password: string): Promise<void> {
  await post('/login', { email, password })
}

export async function logOut(): Promise<void> {
  await post('/logout', {})
}

/** Makes the owner's account with the code of the hub's one-use link, and logs in. */
export async function setUp(given: {
  code: string
  email: string
  password: string
  full_name: string
}): Promise<void> {
  await post('/setup', given)
}

/** Resolves with how many other browsers were logged out by it. Throws a `HubError` where the present password is another one. */
export async function changePassword(password: string, next: string): Promise<number> {
  const { ended = 0 } = await post<{ ended?: number }>('/password', { password, new_password: next })
  return ended
}

async function post<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  // Read in any case: an answer that nobody reads keeps its connection.
  const said = (await answer.json().catch(() => ({}))) as T & Refusal
  if (answer.ok) return said
  const { error } = said
  throw new HubError(error?.code ?? 'internal', error?.message ?? `the hub answered ${answer.status}`, error?.hint)
}
