import { asError, explain } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { Missing } from '../status/status-file.ts'

/**
 * A part whose failure is its own: when it does not start, the reason is kept for everybody to see and the others
 * start all the same.
 */
export function containedPart(part: string, service: Service, log: Log): Service & { missing(): Missing[] } {
  let reason: string | null = null
  return {
    async start() {
      try {
        await service.start()
        reason = null
      } catch (error) {
        reason = explain(error)
        log.error({ part, error: asError(error).message }, 'a part did not start; the others go on')
      }
    },
    async stop() {
      try {
        await service.stop()
      } catch (error) {
        log.error({ part, error: asError(error).message }, 'a part did not stop cleanly')
      }
    },
    missing: () => (reason === null ? [] : [{ part, reason }]),
  }
}
