import { crockford, type RandomBytes } from '../../shared/ids.ts'

/** `k1-x7k2m9q4`: the number says which one is in use, the rest keeps two of a number apart. */
const KEY_ID = /^k([1-9]\d{0,8})-[a-z0-9]{8}$/

/** Whether the text names a key. */
export function isKeyId(text: string): boolean {
  return KEY_ID.test(text)
}

/** The id of a key that takes the place of `newest`. */
export function nextKeyId(newest: string | undefined, random: RandomBytes): string {
  return `k${numberOf(newest) + 1}-${crockford(8, random)}`
}

/** Whether the key takes the place of the other one, and not the other way round. */
export function isNewerKey(id: string, other: string | undefined): boolean {
  return numberOf(id) > numberOf(other)
}

/** Newest first, for `sort`. */
export function byAge(one: string, other: string): number {
  return numberOf(other) - numberOf(one) || (one < other ? 1 : -1)
}

function numberOf(id: string | undefined): number {
  return Number(KEY_ID.exec(id ?? '')?.[1] ?? 0)
}
