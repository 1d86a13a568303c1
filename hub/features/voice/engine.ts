import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { houseNames } from './house-names.ts'

/** What is said to the house. */
export function openVoice({ db }: House): Feature {
  houseNames(db)
  return { name: 'voice' }
}
