import { shortHash, slug } from '../../../shared/ids.ts'

/** As long as a sensor's key may be, and what a tail takes of it. */
const KEY_LENGTH = 40
const TAIL_LENGTH = 9

/** A slug of anything else says less than it. */
const SAYS_ALL = /^[\x20-\x7e]+$/

/**
 * The key of an entity whose source has no keys: its entity id in `a-z0-9_`, `light_living_room`; with a tail made of its
 * identity where that is taken on its device, says less, or is too long.
 */
export function entityKeyOf(entityId: string, identity: string, isTaken: (key: string) => boolean): string {
  const plain = slug(entityId, '_')
  if (plain !== '' && plain.length <= KEY_LENGTH && SAYS_ALL.test(entityId) && !isTaken(plain)) return plain
  const base = plain.slice(0, KEY_LENGTH - TAIL_LENGTH).replace(/_+$/, '') || 'entity'
  for (let salt = ''; ; salt += ' ') {
    const key = `${base}_${shortHash(identity + salt)}`
    if (!isTaken(key)) return key
  }
}
