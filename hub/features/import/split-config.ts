import { isSecretName, isSecretValue } from './secret-words.ts'

type Json = unknown
type JsonObject = Record<string, Json>

export interface SplitConfig {
  /** What may be read by whoever may see the device. */
  open: JsonObject
  /** What is secret, each with where it stood: a JSON pointer (RFC 6901), such as `/auth/password`. */
  secrets: Record<string, Json>
}

/**
 * Takes apart what is secret in a configuration. A list that holds something secret is secret as a whole: the places of what is left
 * would not be those of before.
 */
export function splitConfig(config: JsonObject): SplitConfig {
  const secrets: Record<string, Json> = {}
  const open = openPart(config, '', secrets)
  return { open, secrets }
}

function openPart(object: JsonObject, path: string, secrets: Record<string, Json>): JsonObject {
  const open: JsonObject = {}
  for (const [name, value] of Object.entries(object)) {
    const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (isNothing(value)) define(open, name, value)
    else if (isSecretName(name) || isSecretValue(name) || isSecretValue(value)) define(secrets, at, value)
    else if (Array.isArray(value)) define(holdsSecret(value) ? secrets : open, holdsSecret(value) ? at : name, value)
    else if (typeof value === 'object') define(open, name, openPart(value as JsonObject, at, secrets))
    else define(open, name, value)
  }
  return open
}

function holdsSecret(value: Json): boolean {
  if (Array.isArray(value)) return value.some(holdsSecret)
  if (typeof value !== 'object' || value === null) return isSecretValue(value)
  return Object.entries(value).some(
    ([name, inner]) => (isSecretName(name) && !isNothing(inner)) || isSecretValue(name) || holdsSecret(inner),
  )
}

/** Whether a text, a number, a list or an object says nothing; yes and no say something, and are no secret. */
function isNothing(value: Json): value is null | '' | boolean {
  return value === null || value === '' || typeof value === 'boolean'
}

/** A field of a foreign object may be called `__proto__`. */
function define(object: JsonObject, name: string, value: Json): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
}
