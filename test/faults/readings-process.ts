import { writeSync } from 'node:fs'
import { liveReadings } from './lib/readings-life.ts'

/**
 * A house that gives itself a signal the n-th time that it comes to a moment: readings-process.ts FOLDER LIFE ACKNOWLEDGED [MOMENT N SIGNAL].
 * Writes a line of JSON after each commit.
 */
const [folder = '', life = '', acknowledged = '{}', moment = '', nth = '', signal = ''] = process.argv.slice(2)
let left = Number(nth)
liveReadings({
  folder,
  life: Number(life),
  acknowledged: JSON.parse(acknowledged) as Record<string, number>,
  at(reached) {
    if (reached !== moment) return
    left -= 1
    if (left <= 0) process.kill(process.pid, signal)
  },
  said: (after) => void writeSync(1, `${JSON.stringify(after)}\n`),
})
