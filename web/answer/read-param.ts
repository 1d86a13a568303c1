import { HubError } from '../hub/hub-error.ts'
import { allows, present, type Schema } from './schema.ts'

/** What was typed for a param, as the hub takes it; `undefined`: nothing. Throws where it cannot be read as what it has to be. */
export function readParam(name: string, text: string, schema: Schema): unknown {
  if (text.trim() === '') return undefined
  const shape = present(schema)
  if (shape.type === 'array' || shape.type === 'object') return json(name, text)
  if (allows(schema, 'boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if (allows(schema, 'integer') || allows(schema, 'number')) {
    const number = Number(text)
    if (Number.isFinite(number)) return number
    if (!allows(schema, 'string')) throw new HubError('bad_params', `${name} is a number, not “${text}”`)
  }
  return text
}

/** Lists may be typed with commas between, too. */
function json(name: string, text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text.split(',').map((one) => one.trim())
  try {
    return JSON.parse(text)
  } catch {
    throw new HubError('bad_params', `${name} is not JSON`, 'Write a list as ["one","two"] or as one, two.')
  }
}
