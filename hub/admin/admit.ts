import { z } from 'zod'
import { describeIssues } from '../../shared/codec.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { AdminRequest } from '../../shared/messages/admin-request.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { AdminCommand } from '../engine/admin-command.ts'
import { authorize } from '../engine/authorize.ts'
import type { AuthorizedCaller, Caller } from '../engine/caller.ts'
import { findAdminCommand } from '../features/commands.ts'

export interface Asked {
  area: string
  verb: string
  request: AdminRequest
  caller: Caller
  retained: boolean
  /** Monotonic clock after which it is not to be run; absent: no limit. */
  deadline?: number
}

/** What was asked by somebody who may. */
export interface Admitted {
  command: AdminCommand
  /** Checked. */
  params: unknown
  caller: AuthorizedCaller
}

/** The command that is asked for, if this caller may have it now. Throws `LaresError`. */
export function admit({ area, verb, request, caller, retained }: Asked): Admitted {
  if (retained) throw new LaresError('retained_request', `the request ${area}/${verb} was retained`)
  const command = findAdminCommand(area, verb)
  if (!command) throw new LaresError('unknown_command', `there is no command ${area}/${verb}`)
  const authorized = authorize(command, caller)
  const parsed = command.params.safeParse(request.params)
  if (!parsed.success)
    throw new LaresError(
      'bad_params',
      unknownParams(command, parsed.error) ?? describeIssues(parsed.error, `${area} ${verb}`),
      {
        hint: `See the parameters with \`lares help ${area} ${verb}\`.`,
      },
    )
  return { command, params: parsed.data, caller: authorized }
}

/** What is said of params that the command does not have, filters of a list among them; `null` where it has all. */
function unknownParams({ area, verb, params }: AdminCommand, { issues }: z.ZodError): string | null {
  const names = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [],
  )
  if (names.length === 0 || !(params instanceof z.ZodObject)) return null
  const known = Object.keys(params.shape)
  const has = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`
  return cutText(`${area}/${verb} takes no ${names.join(', ')}; ${has}`, 500)
}

/** Throws `expired` when the request waited longer than it allows: whoever asked has given up, or asked again. */
export function checkTime({ area, verb, request, deadline }: Asked, mono: number): void {
  if (deadline === undefined || mono < deadline) return
  throw new LaresError('expired', `${area}/${verb} was not run within ${durationWords(request.expires_in_ms ?? 0)}`)
}
