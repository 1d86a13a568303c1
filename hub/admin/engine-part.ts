import type { AdminRequest } from '../../shared/messages/admin-request.ts'
import type { Caller } from '../engine/caller.ts'
import type { Feature } from '../engine/feature.ts'
import type { House } from '../engine/house.ts'
import { openLoginRights } from '../features/users/login-rights.ts'
import { forgetOldAnswers } from './request-memory.ts'
import { noteCall, runCommand } from './run-command.ts'

declare module '../engine/input.ts' {
  interface InputKinds {
    command: {
      area: string
      verb: string
      request: AdminRequest
      caller: Caller
      retained: boolean
      /** Monotonic clock after which it is not to be run; absent: no limit. */
      deadline?: number
      prepared?: unknown
    }
    /** Questions that were asked, as many as `times` says. */
    api_call: { area: string; verb: string; caller: Caller; ok: boolean; times: number }
  }
}

const HOUR_MS = 3_600_000

/** The admin door's part of the engine: changes are run, and what was answered is remembered for a while. */
export function openAdminDesk(house: House): Feature {
  const logins = house.use(openLoginRights)
  let forgottenAt = 0
  return {
    name: 'admin',
    writes: 'commands',
    inputs: {
      command: (context, input) => ({ verdict: 'stored', value: runCommand(context, input, logins) }),
      api_call(context, input) {
        noteCall(context, input)
        return { verdict: 'stored' }
      },
    },
    start: forgetOldAnswers,
    tick(context) {
      if (Math.abs(context.now - forgottenAt) < HOUR_MS) return
      forgetOldAnswers(context)
      context.committed(() => {
        forgottenAt = context.now
      })
    },
  }
}
