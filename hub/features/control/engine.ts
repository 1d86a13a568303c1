import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { openDevices } from '../devices/engine.ts'
import { openTelemetry } from '../telemetry/engine.ts'
import { answered } from './action-outcome.ts'
import { takeReport, tellAllDesired, tellChangedDesired, tellDesired } from './desired-state.ts'
import { OutsideOrders } from './outside-orders.ts'
import { Underway } from './underway.ts'

export interface Control extends Feature {
  /** Orders to devices that somebody else speaks for. */
  orders: OutsideOrders
}

/** The way down: commands until their outcome is known, and what devices are to have. */
export function openControl(house: House): Control {
  const underway = new Underway(house.db)
  const { directory, reach } = house.use(openDevices)
  const { latest } = house.use(openTelemetry)
  const orders = new OutsideOrders(house.db, (entity) => latest.of(entity))
  /** Rows that a device is told of may be others now. */
  let changed = false
  reach.follow({
    connected(_context, device) {
      if (!isAgent(device)) underway.ready(device, { isAgent: false })
    },
    introduced(context, device) {
      tellDesired(context, device)
      underway.ready(device, { isAgent: true })
    },
    left: (_context, device) => underway.away(device),
  })

  function isAgent(device: string): boolean {
    return directory.find(device)?.integration === 'lares'
  }

  return {
    name: 'control',
    orders,
    ingest: {
      result: answered,
      reported(context, message, { device, house: home }) {
        takeReport(context, device, message)
        if (message.refused.length === 0) return
        const keys = message.refused.map((refusal) => refusal.key).join(', ')
        context.addEvent({
          type: 'settings_refused',
          severity: 'warning',
          device,
          house: home,
          source: 'device',
          description: `The device refused settings: ${keys}.`,
          data: { version: message.version, refused: message.refused },
        })
      },
    },
    start(context) {
      underway.resume(context)
      tellAllDesired(context)
    },
    flush(context) {
      underway.deliver(context)
      orders.deliver(context)
    },
    tick(context) {
      underway.tick(context)
      if (!changed) return
      tellChangedDesired(context)
      context.committed(() => {
        changed = false
      })
    },
    forget() {
      changed = true
    },
  }
}
