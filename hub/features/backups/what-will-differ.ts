import { localTime } from '../../../shared/time-words.ts'
import type { HouseBeside } from '../../archive/archive-task.ts'

/** What is to be known of a house that takes the place of the present one, in sentences. */
export function whatWillDiffer({ house, madeAt, differs, hasSettings, outside }: HouseBeside): string[] {
  return [
    `The house ${JSON.stringify(house)} as it was at ${localTime(madeAt)}.`,
    'Everybody is logged out. Tokens, passwords and devices that were ended since then are good again: look at them.',
    ...(differs.includes('authority')
      ? ['The certificate of the page is of another authority: browsers ask again whether they are to trust it.']
      : []),
    ...(differs.includes('key')
      ? ['The key of the hub is another one: devices that joined since then have to join again.']
      : []),
    ...(hasSettings
      ? ['Its hub.toml lies in the data folder as hub.toml.restored and is not used: the present one stays in force.']
      : []),
    ...Object.entries(outside).map(
      ([name, path]) => `${name} lay at ${path}, where the hub may not write: it is ${name} of the data folder now.`,
    ),
  ]
}
