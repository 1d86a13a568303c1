import { asObject } from '../payload.ts'
import type { SaidDevice } from '../said.ts'
import { wordsOf } from './announced-config.ts'

/** Identities of one device that are looked at, and characters of one. */
const IDENTITIES = 64
const IDENTITY_LENGTH = 255

/**
 * The device of an announcement, its keys written out; `null` where nothing identifies it. Identities are taken as they are, except
 * that addresses of the hardware are written in one way.
 */
export function readDevice(given: unknown): SaidDevice | null {
  const device = asObject(given)
  if (device === null) return null
  const connections = Array.isArray(device.connections) ? device.connections : []
  const identities = [
    ...identifiersIn(device.identifiers),
    ...connections.slice(0, IDENTITIES).flatMap((one: unknown) => connectionIn(one) ?? []),
  ].slice(0, IDENTITIES)
  if (identities.length === 0) return null
  return {
    identities: [...new Set(identities)],
    name: wordsOf(device.name),
    brand: wordsOf(device.manufacturer, 100),
    model: wordsOf(device.model) ?? wordsOf(device.model_id),
    version: wordsOf(device.sw_version, 100),
    via: identifiersIn(device.via_device)[0] ?? null,
    area: wordsOf(device.suggested_area),
  }
}

function identifiersIn(given: unknown): string[] {
  const list: unknown[] = Array.isArray(given) ? given : [given]
  return list.slice(0, IDENTITIES).flatMap((one) => {
    const text = typeof one === 'number' ? String(one) : one
    return typeof text === 'string' && isIdentity(text) ? [text] : []
  })
}

function connectionIn(given: unknown): string | null {
  if (!Array.isArray(given) || given.length !== 2) return null
  const [type, address]: unknown[] = given
  if (typeof type !== 'string' || typeof address !== 'string' || !isIdentity(`${type}:${address}`)) return null
  return `${type}:${type === 'mac' ? macAddress(address) : address}`
}

/** Lower case, with colons: `00:11:22:33:44:55`. What is none stays as it is. */
function macAddress(text: string): string {
  const digits = text.replace(/[^\da-f]/gi, '').toLowerCase()
  return digits.length === 12 ? (digits.match(/../g) ?? []).join(':') : text
}

function isIdentity(text: string): boolean {
  return text !== '' && text.length <= IDENTITY_LENGTH && text.isWellFormed() && !text.includes('\0')
}
