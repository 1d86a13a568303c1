import { appendFileSync } from 'node:fs'
import type { FromMoonshine, MoonshineStart, ToMoonshine } from '../../speech/moonshine/moonshine-messages.ts'
import { CONDUCT } from './stand-in-conduct.ts'

/** In place of the process that runs a model. */
const start = JSON.parse(process.argv[2] ?? '{}') as MoonshineStart
appendFileSync(start.model, 'begun\n')
const say = (message: FromMoonshine) => void process.send?.(message)

process.on('disconnect', () => process.exit(0))
if (start.runtime === 'broken') {
  say({ says: 'broken', message: 'the model is cut off' })
  process.disconnect()
} else if (start.runtime !== 'silent') {
  process.on('message', ({ id, samples }: ToMoonshine) => {
    switch (samples[0]) {
      case CONDUCT.dies:
        process.kill(process.pid, 'SIGKILL')
        return
      case CONDUCT.hangs:
        for (;;);
      case CONDUCT.fails:
        say({ says: 'failed', id, message: 'no memory for a tensor' })
        return
      default: {
        const memoryBytes = samples[0] === CONDUCT.grows ? 2e9 : 3e8
        say({ says: 'text', id, text: `${samples.length} samples`, tookMs: 5, memoryBytes })
      }
    }
  })
  say({ says: 'ready', tookMs: 1 })
}
