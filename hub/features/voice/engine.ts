import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { houseNames } from './house-names.ts'
import { prepareSentences } from './understand.ts'

/** Of what can be meant, compiled a second: some milliseconds on a Pi, and all within half a minute of a start. */
const PREPARED_A_TICK = 2

/** What is said to the house. */
export function openVoice({ db }: House): Feature {
  houseNames(db)
  let isPrepared = false
  return {
    name: 'voice',
    tick() {
      if (!isPrepared) isPrepared = prepareSentences(PREPARED_A_TICK)
    },
  }
}
