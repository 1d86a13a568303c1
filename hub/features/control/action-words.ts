import { durationWords } from '../../../shared/time-words.ts'
import type { ActionRow } from './action-row.ts'
import { type Order, orderedWords } from './entity-orders.ts'

/** What became of a command, in a sentence for a person. */
export function actionWords(action: ActionRow, now: number): string {
  const { device, status, expires_at, error_message } = action
  const left = expires_at === null ? '' : durationWords(Math.max(0, expires_at - now))
  switch (status) {
    case 'pending':
      return `${device} cannot be reached. It is told if it comes back within ${left}`
    case 'executing':
      return `${device} was told and has not answered yet`
    case 'completed':
      return `${device}: ${doneWords(action)}`
    default:
      return error_message ?? `${device} did not ${orderWords(action)}`
  }
}

/** What a device was to do, behind `did not`. */
export function orderWords({ command, parameters }: ActionRow): string {
  return isOutput(command, parameters) ? `${command} ${parameters.output}` : `do ${command}`
}

/** What became of it, or did not: `lamp was not` `switched`. */
export function subjectWords({ command, parameters }: ActionRow): {
  subject: string
  done: 'switched' | 'set' | 'run'
} {
  return isOutput(command, parameters)
    ? { subject: parameters.output, done: command === 'set' ? 'set' : 'switched' }
    : { subject: command, done: 'run' }
}

function isOutput(command: string, parameters: ActionRow['parameters']): parameters is { output: string } {
  return (command === 'switch' || command === 'set') && typeof parameters.output === 'string'
}

function doneWords({ command, parameters, result }: ActionRow): string {
  const value = result?.value
  if (command === 'switch' && isObject(value)) return switchedWords(value)
  if (command === 'set' && isOutput(command, parameters))
    return `${parameters.output} took ${orderedWords(parameters as unknown as Order)}`
  if (command === 'restart') return 'its agent restarts'
  return `${command} is done`
}

function switchedWords({ output, state, percent, safe_in_s }: Record<string, unknown>): string {
  const level = typeof percent === 'number' && state === 'on' ? `on at ${percent} %` : String(state)
  const span = typeof safe_in_s === 'number' ? `, for ${durationWords(safe_in_s * 1_000)}` : ''
  return `${output} is ${level}${span}`
}

/** Parameters, or what a device answered, as `key=value`; `-` for none. */
export function fieldsWords(fields: Record<string, unknown>): string {
  const words = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return words.length === 0 ? '-' : words.join(' ')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
