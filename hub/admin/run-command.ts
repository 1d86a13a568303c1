import { LaresError } from '../../shared/errors.ts'
import type { AdminResponse } from '../../shared/messages/admin-response.ts'
import { failure, Pending, pending, publishAnswer, success } from '../engine/answer-later.ts'
import { callContext } from '../engine/call-context.ts'
import type { Context } from '../engine/context.ts'
import { pseudonymOfUser } from '../engine/erasure.ts'
import { findAdminCommand } from '../features/commands.ts'
import type { LoginRights } from '../features/users/login-rights.ts'
import { type Asked, admit, checkTime } from './admit.ts'
import { remember, rememberedAnswer } from './request-memory.ts'

/**
 * Runs a command inside the engine's transaction and publishes its answer on the caller's own branch.
 * A refusal (`LaresError`, thrown before the command's first write) is an answer; any other failure undoes the command
 * and reaches the caller as `internal`. An answer that is held is published by whoever holds it.
 */
export function runCommand(
  context: Context,
  input: Asked & { prepared?: unknown },
  logins: LoginRights,
): AdminResponse {
  let answered: Answered
  try {
    answered = run(context, { ...input, caller: logins.of(input.caller, context.now) })
  } catch (error) {
    if (!(error instanceof LaresError)) throw error
    answered = { response: failure(input.request.id, error), repeated: false, held: false }
  }
  const { response, repeated, held } = answered
  if (findAdminCommand(input.area, input.verb)?.changes)
    noteCall(context, { ...input, ok: response.status !== 'error', repeated })
  if (!held) publishAnswer(context, { ...input.caller, area: input.area, verb: input.verb }, response)
  return response
}

interface Answered {
  response: AdminResponse
  /** It was run before, and only answered again. */
  repeated: boolean
  /** Whether somebody else says it, later. */
  held: boolean
}

function run(context: Context, input: Asked & { prepared?: unknown }): Answered {
  const { command, params, caller } = admit(input)
  if (!command.run) throw new LaresError('unknown_command', `${input.area}/${input.verb} is a question, not a change`)
  // What was done before is said also to whoever asks too late.
  const known = command.changes ? rememberedAnswer(context, command, input) : null
  if (known) return { response: known, repeated: true, held: false }
  checkTime(input, context.mono ?? 0)
  if (input.request.confirm !== true) refuseLoss(command.danger?.({ db: context.db, caller, now: context.now }, params))
  const data = command.run(callContext(context, caller, { ...input, request: input.request.id }), params)
  const response = data instanceof Pending ? pending(input.request.id, data.data) : success(input.request.id, data)
  if (command.changes) remember(context, command, { asked: input, response })
  return { response, repeated: false, held: data instanceof Pending && data.held }
}

/** The door asked too, but what another request has changed since is seen only by the transaction itself. */
function refuseLoss(loss: string | null = null): void {
  if (loss !== null) throw new LaresError('confirm_needed', loss)
}

/**
 * Every admin request leaves a trace: a change its own, kept for ever; questions one for many, kept as long as other events.
 * Both may have waited until after somebody was erased, whose events nobody looks at again: a question is then no longer
 * noted, and a change under the pseudonym.
 */
export function noteCall(
  context: Context,
  call: { area: string; verb: string; caller: Asked['caller']; ok: boolean; times?: number; repeated?: boolean },
): void {
  const { area, verb, caller, ok, times = 1, repeated = false } = call
  const areQuestions = call.times !== undefined
  const pseudonym = caller.user === null ? null : pseudonymOfUser(context.db, caller.user)
  if (pseudonym !== null && areQuestions) return
  context.addEvent({
    type: 'api_call',
    ...(areQuestions ? { category: 'access' } : {}),
    severity: 'debug',
    source: 'user',
    description: `${pseudonym ?? caller.principal} asked for ${area}/${verb}.`,
    data: { area, verb, ok, times, ...(repeated ? { repeated } : {}) },
    ...(pseudonym === null ? namedCaller(caller) : {}),
  })
}

function namedCaller(caller: Asked['caller']): { caller: Asked['caller']; user?: string } {
  return caller.user === null ? { caller } : { caller, user: caller.user }
}
