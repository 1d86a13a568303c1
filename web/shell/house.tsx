import { ErrorBoundary, LocationProvider, lazy, Route, Router } from 'preact-iso'
import { ACCESS, HOUSE, SYSTEM, TOLD } from '../screens/lists/sections.ts'
import { Overview } from '../screens/overview/overview.tsx'
import { words } from '../words/words.ts'
import { AwayNotice } from './away-notice.tsx'
import { Menu } from './menu.tsx'
import { NotFound } from './not-found.tsx'

// What is opened less often comes when it is opened, the chart's library with the chart.
const Devices = lazy(() => import('../screens/devices/devices.tsx').then(({ Devices }) => Devices))
const Device = lazy(() => import('../screens/device/device.tsx').then(({ Device }) => Device))
const Join = lazy(() => import('../screens/join/join.tsx').then(({ Join }) => Join))
const Readings = lazy(() => import('../screens/readings/readings.tsx').then(({ Readings }) => Readings))
const Events = lazy(() => import('../screens/events/events.tsx').then(({ Events }) => Events))
const Trace = lazy(() => import('../screens/trace/trace.tsx').then(({ Trace }) => Trace))
const Conversations = lazy(() =>
  import('../screens/conversations/conversations.tsx').then(({ Conversations }) => Conversations),
)
const Conversation = lazy(() =>
  import('../screens/conversations/conversation.tsx').then(({ Conversation }) => Conversation),
)
const Personas = lazy(() => import('../screens/personas/personas.tsx').then(({ Personas }) => Personas))
const Persona = lazy(() => import('../screens/personas/persona.tsx').then(({ Persona }) => Persona))
const Engines = lazy(() => import('../screens/engines/engines.tsx').then(({ Engines }) => Engines))
const Mine = lazy(() => import('../screens/mine/mine.tsx').then(({ Mine }) => Mine))
const Trust = lazy(() => import('../screens/trust/trust.tsx').then(({ Trust }) => Trust))
const Section = lazy(() => import('../screens/lists/section.tsx').then(({ Section }) => Section))
const Console = lazy(() => import('../screens/console/console.tsx').then(({ Console }) => Console))

/** The page of a house for whoever is logged in. */
export function House({ onLeft }: { onLeft: () => void }) {
  return (
    <LocationProvider>
      <a class="skip" href="#main">
        {words.value.menu.skip}
      </a>
      <Menu onLeft={onLeft} />
      <main id="main" tabIndex={-1}>
        <AwayNotice />
        <ErrorBoundary>
          <Router onRouteChange={readOut}>
            <Route path="/" component={Overview} />
            <Route path="/devices" component={Devices} />
            <Route path="/devices/:id" component={Device} />
            <Route path="/join" component={Join} />
            <Route path="/readings" component={Readings} />
            <Route path="/events" component={Events} />
            <Route path="/conversations" component={Conversations} />
            <Route path="/conversations/:id" component={Conversation} />
            <Route path="/personas" component={Personas} />
            <Route path="/personas/:id" component={Persona} />
            <Route path="/engines" component={Engines} />
            <Route path="/trust" component={Trust} />
            <Route path="/me" component={Mine} />
            <Route path="/trace" component={Trace} />
            <Route path="/console" component={Console} />
            {[HOUSE, TOLD, ACCESS, SYSTEM].map((shape) => (
              <Route key={shape.path} path={shape.path} component={Section} shape={shape} />
            ))}
            <Route default component={NotFound} />
          </Router>
        </ErrorBoundary>
      </main>
    </LocationProvider>
  )
}

/** Another page begins at its top, and for whoever hears it at its first line. */
function readOut(): void {
  scrollTo(0, 0)
  document.getElementById('main')?.focus({ preventScroll: true })
}
