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
      return doneWords(action)
    default:
      return error_message ?? `${device} did not ${orderWords(action)}`
  }
}

/** What a device was to do, behind `did not`. */
export function orderWords(action: ActionRow): string {
  const { command, parameters } = action
  return isOutput(command, parameters) ? `${command} ${outputCalled(action, parameters)}` : `do ${command}`
}

/** What became of it, or did not: `lamp was not` `switched`. */
export function subjectWords(action: ActionRow): {
  subject: string
  done: 'switched' | 'set' | 'run'
} {
  const { command, parameters } = action
  return isOutput(command, parameters)
    ? { subject: outputCalled(action, parameters), done: command === 'set' ? 'set' : 'switched' }
    : { subject: command, done: 'run' }
}

function isOutput(command: string, parameters: ActionRow['parameters']): parameters is { output: string } {
  return (command === 'switch' || command === 'set') && typeof parameters.output === 'string'
}

function doneWords(action: ActionRow): string {
  const { device, command, parameters, result } = action
  const value = result?.value
  if (command === 'switch' && isObject(value))
    return `${whole(action, outputCalled(action, value))} is ${levelWords(value)}`
  if (command === 'set' && isOutput(command, parameters))
    return `${whole(action, outputCalled(action, parameters))} took ${orderedWords(parameters as unknown as Order)}`
  if (command === 'restart') return `${device}: its agent restarts`
  return `${device}: ${command} is done`
}

function outputCalled({ output_name }: ActionRow, { output }: { output?: unknown }): string {
  return output_name ?? String(output)
}

/** A lamp that is all that its device is, is not named twice. */
function whole({ device }: ActionRow, output: string): string {
  return output === device ? device : `${device}: ${output}`
}

function levelWords({ state, percent, safe_in_s }: Record<string, unknown>): string {
  const level = typeof percent === 'number' && state === 'on' ? `on at ${percent} %` : String(state)
  const span = typeof safe_in_s === 'number' ? `, for ${durationWords(safe_in_s * 1_000)}` : ''
  return `${level}${span}`
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
