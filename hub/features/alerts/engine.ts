import './told-facts.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { openDevices } from '../devices/engine.ts'
import { openRefusals } from '../rejected/refusals.ts'
import { openTelemetry } from '../telemetry/engine.ts'
import { openRefusedLogins } from '../users/refused-logins.ts'
import { AlertRounds } from './rounds.ts'
import { RuleLooks } from './rule-looks.ts'
import { seedRules } from './seeded-rules.ts'

/** Who is told when something is wrong. */
export function openAlerts(house: House): Feature {
  const { db } = house
  const { signs } = house.use(openDevices)
  const { latest } = house.use(openTelemetry)
  const [refusals, logins] = [house.use(openRefusals), house.use(openRefusedLogins)]
  const looks = new RuleLooks({
    db,
    latest,
    heartbeat: (device) => signs.of(device)?.heartbeat ?? null,
    refused: (now) => refusals.lastHour(now),
    refusedLogins: (now) => logins.lastHour(now),
  })
  const rounds = new AlertRounds(house, looks)

  return {
    name: 'alerts',
    writes: 'events',
    inputs: {
      alert_facts(context, { facts }) {
        looks.facts = { facts, mono: context.mono ?? context.now }
        return { verdict: 'stored' }
      },
    },
    start(context) {
      seedRules(context)
      rounds.start(context)
    },
    tick: (context) => rounds.tick(context),
    afterCommit: () => looks.stored(),
    forget() {
      rounds.forget()
      looks.forget()
    },
  }
}
