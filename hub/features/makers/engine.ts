import './inputs.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature, InputHandler, InputHandlers } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import type { InputKind, InputOf } from '../../engine/input.ts'
import { openBridges } from '../bridges/engine.ts'
import { openControl } from '../control/engine.ts'
import type { OutsideOrders } from '../control/outside-orders.ts'
import { openDevices } from '../devices/engine.ts'
import { openTelemetry } from '../telemetry/engine.ts'
import { Announcements } from './announcements.ts'
import { Departures } from './departures.ts'
import { freeRemoved } from './free-removed.ts'
import { MakerEntities } from './maker-entities.ts'
import { MakerReach } from './maker-reach.ts'
import { MakerRows } from './maker-rows.ts'
import { MakerSources } from './maker-sources.ts'
import { MakerStates } from './maker-states.ts'
import { SourcesInNumbers } from './source-figures.ts'
import { SourceProblems } from './source-problems.ts'
import { SourcesComing } from './sources-coming.ts'
import { Wanted } from './wanted.ts'

/** Devices of other makers: those that wait, and those that a person accepted. */
export function openMakers(house: House): Feature {
  const { db } = house
  const { directory, entities, presence, signs } = house.use(openDevices)
  const { observations, latest } = house.use(openTelemetry)
  const { orders } = house.use(openControl)
  const rows = new MakerRows(db)
  const sources = new MakerSources(db)
  const reach = new MakerReach({ rows, sources, presence })
  const registering = new MakerEntities({ db, rows, directory, entities, orders })
  const departures = new Departures({ rows, entities, observations, latest, reach })
  const announcements = new Announcements({ rows, sources, entities: registering, reach, departures, directory })
  const states = new MakerStates({ rows, sources, reach, entities, observations, latest, directory, signs, orders })
  const bridges = house.use(openBridges)
  const coming = new SourcesComing({
    ...{ sources, reach, bridges, rows },
    houseOf: (device) => directory.find(device)?.house ?? null,
  })
  bridges.onChange = (context) => {
    coming.bridgesChanged(context)
    context.effect({ kind: 'makers_bridges', bridges: bridges.all() })
  }
  const wanted = new Wanted({ rows, sources })
  const problems = new SourceProblems(db)
  const numbers = new SourcesInNumbers(db)
  orders.carriedBy((context, order) => {
    if (!sources.find(order.source)) return false
    context.effect({ kind: 'maker_order', ...order })
    return true
  })
  function changed(): void {
    wanted.changed()
    numbers.changed()
  }

  /** Rows may be others now: somebody decided on one, or removed a device. */
  let isChanged = true

  function settle(context: Context): void {
    if (!isChanged) return
    isChanged = false
    freeRemoved(context)
    for (const row of rows.unregistered()) {
      registering.register(context, row)
      reach.show(context, row)
    }
    changed()
  }

  return {
    name: 'makers',
    writes: 'readings',
    inputs: inputsOf({ coming, announcements, reach, sources, states, problems, orders, changed }),
    start(context) {
      wanted.forget()
      isChanged = true
      coming.begin(context)
      problems.begin(context)
      numbers.forget()
      context.effect({ kind: 'makers_bridges', bridges: bridges.all() })
      context.effect({ kind: 'makers_open' })
      settle(context)
    },
    flush: settle,
    afterCommit: (context) => wanted.tell(context),
    tick(context) {
      reach.tick(context)
      coming.tick(context)
      problems.tick(context)
      numbers.tick(context)
      sources.tick(context)
    },
    stop: (context) => sources.write(context),
    forget() {
      isChanged = true
      problems.forget()
      numbers.forget()
    },
  }
}

interface InputParts {
  coming: SourcesComing
  announcements: Announcements
  reach: MakerReach
  sources: MakerSources
  states: MakerStates
  problems: SourceProblems
  orders: OutsideOrders
  /** There are other devices. */
  changed: () => void
}

function inputsOf(parts: InputParts): InputHandlers {
  const { coming, announcements, reach, sources, states, problems, orders, changed } = parts
  return {
    maker_sources: stored((context, input) => coming.name(context, input)),
    maker_source: stored((context, input) => {
      problems.heard(input)
      coming.show(context, input)
    }),
    maker_trouble: stored((context, { source, reason }) => sources.troubled(context, source, reason)),
    maker_devices(context, input) {
      announcements.take(context, input)
      changed()
      return { verdict: 'stored' }
    },
    maker_reach: stored((context, input) => reach.take(context, input)),
    maker_states: (context, input) => ({ verdict: 'stored', value: states.take(context, input) }),
    maker_ordered(context, { id, error }) {
      orders.published(context, id, error)
      return { verdict: 'stored' }
    },
  }
}

/** The handler of an input that is always taken. */
function stored<K extends InputKind>(take: (context: Context, input: InputOf<K>) => void): InputHandler<K> {
  return (context, input) => {
    take(context, input)
    return { verdict: 'stored' }
  }
}
