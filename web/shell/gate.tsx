import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ErrorBoundary, lazy } from 'preact-iso'
import { HubConnection } from '../hub/connection.ts'
import { setHubTime } from '../hub/house-time.ts'
import { type Hub, HubProvider } from '../hub/hub.ts'
import { LiveHouse } from '../hub/live.ts'
import { pageClock } from '../hub/page-clock.ts'
import { readSession, type Session } from '../hub/session.ts'
import { LogIn } from '../screens/log-in/log-in.tsx'
import { SetUp } from '../screens/log-in/set-up.tsx'
import { setupCode } from '../screens/log-in/setup-code.ts'
import { words } from '../words/words.ts'
import { House } from './house.tsx'

type Gate = { at: 'asking' } | { at: 'away' } | { at: 'out'; ended: boolean } | { at: 'in'; hub: Hub }

const Trust = lazy(() => import('../screens/trust/trust.tsx').then(({ Trust }) => Trust))
const RETRY_MS = 2_000
const gate = signal<Gate>({ at: 'asking' })

/** Lets in whoever is logged in; everybody else sees how to get there. */
export function PageGate() {
  useEffect(() => {
    void enter()
  }, [])
  const now = gate.value
  if (now.at === 'asking') return null
  if (now.at === 'away')
    return (
      <main class="alone">
        <p role="status">{words.value.logIn.hubAway}</p>
      </main>
    )
  if (now.at === 'out') {
    const code = setupCode()
    if (code !== null) return <SetUp code={code} onDone={() => void enter()} />
    if (location.pathname === '/trust') return <TrustAlone />
    return <LogIn ended={now.ended} onDone={() => void enter()} />
  }
  return (
    <HubProvider value={now.hub}>
      <House onLeft={() => leave(now.hub, false)} />
    </HubProvider>
  )
}

/** For a phone that is to trust the hub before anybody types a password on it. */
function TrustAlone() {
  return (
    <main id="main">
      <ErrorBoundary>
        <Trust />
      </ErrorBoundary>
      <p>
        <a href="/">{words.value.logIn.title}</a>
      </p>
    </main>
  )
}

async function enter(): Promise<void> {
  let session: Session | null
  try {
    session = await readSession()
  } catch {
    tryAgain()
    return
  }
  if (session === null) {
    gate.value = { at: 'out', ended: false }
    return
  }
  setHubTime(session.now)
  const connection = new HubConnection({ url: socketUrl(), session, readSession: readAgain })
  const hub = { session, connection, live: new LiveHouse(connection) }
  connection.reach.subscribe((reach) => {
    if (reach.state === 'signed-out') leave(hub, true)
  })
  gate.value = { at: 'in', hub }
  try {
    await connection.start()
  } catch {
    // What speaks MQTT is a file of the page: the hub went away before it was loaded.
    connection.stop()
    tryAgain()
  }
}

function tryAgain(): void {
  gate.value = { at: 'away' }
  pageClock.after(RETRY_MS, () => void enter())
}

async function readAgain(): Promise<Session | null> {
  const session = await readSession()
  if (session !== null) setHubTime(session.now)
  return session
}

function leave(hub: Hub, ended: boolean): void {
  hub.connection.stop()
  gate.value = { at: 'out', ended }
}

function socketUrl(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/mqtt`
}
