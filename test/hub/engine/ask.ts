import { authorize } from '../../../hub/engine/authorize.ts'
import type { AuthorizedCaller, Caller } from '../../../hub/engine/caller.ts'
import type { StructuredInput } from '../../../hub/engine/input.ts'
import { findAdminCommand } from '../../../hub/features/commands.ts'
import { describeIssues } from '../../../shared/codec.ts'
import type { AdminResponse } from '../../../shared/messages/admin-response.ts'
import type { TestHouse } from './engine-in-memory.ts'

/** The socket of the machine. */
export const LOCAL: Caller = {
  principal: 'local',
  kind: 'local',
  user: null,
  token: null,
  rights: 'all',
  client: 'local.test',
  address: 'local',
  session: 'session-local',
}

type CommandInput = Extract<StructuredInput, { kind: 'command' }>

/** A command as the door hands it to the engine. `more` overrides anything of it. */
export function commandInput(
  verb: `${string}/${string}`,
  params: Record<string, unknown> = {},
  more: Partial<CommandInput> & { id?: string } = {},
): CommandInput {
  const [area = '', name = ''] = verb.split('/')
  const { id = `request-${Math.random()}`, ...rest } = more
  return {
    kind: 'command',
    area,
    verb: name,
    request: { id, params, confirm: true },
    caller: LOCAL,
    retained: false,
    ...rest,
  }
}

/** Asks the engine and returns the answer it published to the caller. */
export function ask(house: TestHouse, input: CommandInput): AdminResponse {
  house.send(input)
  const [answer] = house.published(`/admin/response/${input.caller.client}/${input.area}/${input.verb}`)
  if (!answer) throw new Error(`${input.area}/${input.verb} was not answered`)
  const response = answer as unknown as AdminResponse
  if (response.status !== 'error') checkAnswer(input, response.data)
  return response
}

/** Every answer that any test gets is as the command says that it is. */
function checkAnswer({ area, verb }: { area: string; verb: string }, answer: unknown): void {
  const checked = findAdminCommand(area, verb)?.result.safeParse(JSON.parse(JSON.stringify(answer)))
  if (checked && !checked.success) throw new Error(`the answer of ${area}/${verb}: ${describeIssues(checked.error)}`)
}

/** The data of a successful answer, or of one that says what is known so far. */
export function data<T = Record<string, unknown>>(response: AdminResponse): T {
  if (response.status === 'error') throw new Error(`${response.error?.code}: ${response.error?.message}`)
  return response.data as T
}

/** The caller as a command meets it. Throws where it may not call it. */
export function authorizedFor(verb: `${string}/${string}`, caller: Caller = LOCAL): AuthorizedCaller {
  const [area = '', name = ''] = verb.split('/')
  const command = findAdminCommand(area, name)
  if (!command) throw new Error(`there is no command ${verb}`)
  return authorize(command, caller)
}

/** A question, as the reader runs it. */
export function query<T = Record<string, unknown>>(
  house: TestHouse,
  verb: `${string}/${string}`,
  params: Record<string, unknown> = {},
  caller: Caller = LOCAL,
): T {
  const [area = '', name = ''] = verb.split('/')
  const command = findAdminCommand(area, name)
  if (!command?.query) throw new Error(`${verb} is no question`)
  const answer = command.query(
    { db: house.db, caller: authorize(command, caller), now: house.now },
    command.params.parse(params),
  )
  checkAnswer(command, answer)
  return answer as T
}
