import './told-facts.ts'
import type { Cancel } from '../../../shared/clock.ts'
import { asError } from '../../../shared/errors.ts'
import type { Front, FrontPart } from '../../contract/front-part.ts'
import { alertMetrics } from './alert-metrics.ts'

const LOOK_MS = 15_000
/** ToldWay again although nothing changed: an engine that was started anew knows nothing. */
const AGAIN_MS = 60_000

/** Tells the engine how the hub is, as far as only its front knows. */
export function openAlertsFront(front: Front): FrontPart {
  const { clock, log } = front
  let cancel: Cancel = () => {}
  let isLooking = false
  let said = { text: '', mono: Number.NEGATIVE_INFINITY }
  let open: Readonly<Record<string, number>> = {}

  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    try {
      const facts = await front.facts()
      const text = JSON.stringify(facts)
      if (text === said.text && clock.mono() - said.mono < AGAIN_MS) return
      await front.input({ kind: 'alert_facts', facts })
      said = { text, mono: clock.mono() }
    } catch (error) {
      // What the engine does not take at present is told in its health.
      log.debug({ error: asError(error).message }, 'how the hub is was not told to the rules of alerts')
    } finally {
      isLooking = false
    }
  }

  return {
    name: 'alerts',
    effects: {
      alert_figures(effect) {
        open = effect.open
      },
    },
    metrics: alertMetrics(() => open),
    start() {
      void look()
      cancel = clock.every(LOOK_MS, () => void look())
    },
    stop: () => cancel(),
  }
}
