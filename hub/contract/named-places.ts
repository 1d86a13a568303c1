import { z } from 'zod'
import { LaresError } from '../../shared/errors.ts'
import { nearestName } from '../../shared/nearest-name.ts'
import { type SecretSource, secretName } from '../secrets/secret-reader.ts'

/**
 * Somewhere that the hub sends to, as a named entry of `hub.toml`. Where that is, and with what the hub gets in, comes from this
 * file alone: verbs, devices and central choose an entry by its key, and none can bring one.
 */
export interface NamedPlace extends SecretSource {
  url: string
}

/** How an entry is called, and how a verb chooses it. */
export const placeKey = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'is no key: up to 40 of a-z, 0-9, _ and -')

/** The schema of a section's named places, none by default. `protocols`: those that its feature speaks, such as `https`. */
export function namedPlaces(...protocols: [string, ...string[]]) {
  const url = z
    .url({ protocol: new RegExp(`^(?:${protocols.join('|')})$`) })
    // It would be shown wherever the address is: in health, in the log, to whoever helps.
    .refine((text) => !hasPassword(text), 'holds a password, which belongs into secret or secret_file')
  const place = z
    .strictObject({
      url,
      secret: secretName.optional(),
      secret_file: z.string().startsWith('/', 'is no whole path').optional(),
    })
    .refine(
      ({ secret, secret_file }) => secret === undefined || secret_file === undefined,
      'has both secret and secret_file',
    )
  return z.record(placeKey, place).default({})
}

/** The place with this key. Throws `not_found` with the nearest one, before anything is sent anywhere. */
export function chosenPlace(all: Readonly<Record<string, NamedPlace>>, key: string): NamedPlace {
  const place = Object.hasOwn(all, key) ? all[key] : undefined
  if (place) return place
  const keys = Object.keys(all)
  const nearest = nearestName(key, keys)
  throw new LaresError('not_found', `hub.toml has no entry "${key}"`, {
    hint:
      keys.length === 0
        ? 'Add it to hub.toml and restart the hub: only there it is said where something is.'
        : `${nearest === null ? '' : `Did you mean ${nearest}? `}There are ${keys.join(', ')}.`,
  })
}

function hasPassword(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username !== '' || password !== ''
}
