import { z } from 'zod'
import { cutText } from '../../../shared/cut-text.ts'
import { asError } from '../../../shared/errors.ts'
import type { AdminCommand } from '../../engine/admin-command.ts'
import { callContext } from '../../engine/call-context.ts'
import type { Context } from '../../engine/context.ts'
import type { AnswerTool } from '../../engine/model-question.ts'
import { pinnedDefinition } from '../personas/persona-row.ts'
import type { AnsweredTurn } from '../sessions/spoken-messages.ts'
import { answerSentence } from './answer-sentence.ts'
import { voiceCaller } from './voice-caller.ts'
import { whatIsHere } from './what-is-here.ts'

/** By area and verb. */
export type FindCommand = (area: string, verb: string) => AdminCommand | undefined

/** Characters of an answer of the house that a model is given. */
const ANSWER_LENGTH = 4_000
/** Commands of a persona that become tools. */
const COMMANDS = 20

const SAY: AnswerTool = {
  name: 'say_to_house',
  description:
    'Says one short sentence to the house, which does it or answers. It understands everyday sentences in English and German alone, one wish each: ' +
    '"turn on the floor lamp", "how warm is the kitchen", "set a timer for five minutes", "is the garage window open", "wake me at seven". ' +
    'Locks, doors, gates and alarms are not switched so.',
  parameters: {
    type: 'object',
    properties: { sentence: { type: 'string', description: 'the sentence, with the names that what_is_here tells' } },
    required: ['sentence'],
  },
}

const HERE: AnswerTool = {
  name: 'what_is_here',
  description: 'What rooms, devices and things this house has, by the names that say_to_house understands.',
  parameters: { type: 'object', properties: {} },
}

const sentence = z.object({ sentence: z.string().trim().min(1).max(300) })

/** What whoever answers in this turn may have done: what a voice may, and questions that its persona names. */
export function voiceTools(context: Context, turn: AnsweredTurn, find: FindCommand): AnswerTool[] {
  const commands = commandsOf(context, turn, find)
  return [SAY, HERE, ...commands.map(([name, { summary, params }]) => toolOf(name, { summary, params }))]
}

/** Does what a tool does in this turn, with the rights of its voice, and says what came of it as JSON. Never throws: what went wrong is said. */
export function useTool(
  context: Context,
  turn: AnsweredTurn,
  { name, text, find }: { name: string; text: string; find: FindCommand },
): string {
  let answer: unknown = null
  const failed = context.attempt(() => {
    answer = used(context, turn, { name, given: argumentsIn(text), find })
  })
  const said = JSON.stringify(failed === null ? answer : { error: asError(failed).message })
  return said.length <= ANSWER_LENGTH ? said : `${cutText(said, ANSWER_LENGTH)}… (cut: there is more)`
}

function used(
  context: Context,
  turn: AnsweredTurn,
  { name, given, find }: { name: string; given: unknown; find: FindCommand },
): unknown {
  const { device, house, id } = turn
  const caller = voiceCaller(turn)
  if (name === SAY.name) {
    const asked = sentence.safeParse(given)
    if (!asked.success) return { error: 'say_to_house takes {"sentence": "…"}, a text of 300 characters at most' }
    const call = callContext(context, caller, { area: 'voice', verb: 'tool', request: turn.turn })
    const said = answerSentence(call, { text: asked.data.sentence, house, device, language: null, turn: id })
    return { understood: said.intent !== null, answer: said.text, done: said.done }
  }
  if (name === HERE.name) return whatIsHere(context.db, house)
  const command = commandsOf(context, turn, find).find(([known]) => known === name)?.[1]
  if (command?.query === undefined) return { error: `there is no tool ${cutText(name, 60)}` }
  const params = command.params.safeParse(given)
  if (!params.success) return { error: `these are no params of ${name}: ${z.prettifyError(params.error)}` }
  return command.query({ db: context.db, caller, now: context.now }, params.data)
}

/**
 * Of the commands that the persona names those that only ask, that no secret comes of, and that need no more than to read: what changes
 * something is done by the sentences that a voice has for it, or not at all.
 */
function commandsOf(context: Context, turn: AnsweredTurn, find: FindCommand): [string, AdminCommand][] {
  const { actions } = pinnedDefinition(context.db, turn.persona, turn.version).behavior_config
  const named = actions.flatMap((action): [string, AdminCommand][] => {
    const [area = '', verb = ''] = action.split('/')
    const command = find(area, verb)
    return command === undefined || !onlyAsks(command) ? [] : [[`${area}_${verb}`.replaceAll('-', '_'), command]]
  })
  return named.slice(0, COMMANDS)
}

function onlyAsks({ changes, query, needs, needsPerson, secretAnswer, prepare }: AdminCommand): boolean {
  if (changes || query === undefined || prepare !== undefined || needsPerson || secretAnswer) return false
  return needs === null || needs === 'see' || needs === 'read'
}

function toolOf(name: string, { summary, params }: Pick<AdminCommand, 'summary' | 'params'>): AnswerTool {
  const { $schema: _, ...parameters } = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' })
  return { name, description: summary, parameters }
}

/** `null`: it is no JSON. Nothing at all is an empty object. */
function argumentsIn(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
