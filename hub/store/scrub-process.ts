import { systemClock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import { Scrub } from './scrub.ts'
import type { ScrubPosition } from './scrub-state.ts'
import { standBack } from './stand-back.ts'

/** What a slice of a scrub says at its end, as one line of JSON. It ends early at the first damage. */
export type ScrubOutcome =
  | { next: ScrubPosition | null; damage: string | null; unreadableBytes: number }
  | { error: string }

const [file = '', at = 'null', longestMs = '0'] = process.argv.slice(2)

function slice(): ScrubOutcome {
  const until = systemClock.mono() + Number(longestMs)
  const scrub = new Scrub(file)
  try {
    let unreadableBytes = 0
    let position = JSON.parse(at) as ScrubPosition | null
    for (;;) {
      const step = scrub.step(position)
      unreadableBytes += step.unreadableBytes
      position = step.next
      if (position === null || step.damage !== null || systemClock.mono() >= until)
        return { next: position, damage: step.damage, unreadableBytes }
    }
  } finally {
    scrub.close()
  }
}

standBack()
let outcome: ScrubOutcome
try {
  outcome = slice()
} catch (error) {
  outcome = { error: asError(error).message }
}
process.stdout.write(`${JSON.stringify(outcome)}\n`)
