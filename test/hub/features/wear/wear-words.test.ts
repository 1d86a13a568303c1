import { describe, expect, it } from 'vitest'
import { type KnownCard, wearWords } from '../../../../hub/features/wear/wear-words.ts'

const UNKNOWN: KnownCard = {
  device_bytes: null,
  written_since_boot_bytes: null,
  up_ms: null,
  life_used_percent: null,
  spare_blocks: null,
}
const PACE = {
  days: 7,
  aDay: { readings: { commits: 8_000, bytes: 300e6 }, backups: { commits: 0, bytes: 100e6 } },
}

describe('what a card will have seen', () => {
  it('is said for a year, with the largest cause and how often the device is written over', () => {
    const [year, most, rounds, unseen] = wearWords(PACE, { ...UNKNOWN, device_bytes: 32e9 })
    expect(year).toBe(
      'At this pace Lares writes 146 GB to this disk in a year: 400 MB and 8000 commits a day, the average of the last 7 full days.',
    )
    expect(most).toBe('The most of it, 75 %, is for readings.')
    expect(rounds).toMatch(/^That is this device of 32.0 GB written over 4.6 times in a year\. .*name no figure\.$/)
    expect(unseen).toContain('is not in these figures')
  })

  it('says how often cards can be written over also where nobody knows how large this one is', () => {
    expect(wearWords(PACE, UNKNOWN).join(' ')).toMatch(/: makers of cards for recording name about 900 to 6,400 times/)
  })

  it('says what an eMMC says of itself, and when it is to be replaced', () => {
    const of = (card: Partial<KnownCard>) => wearWords(null, { ...UNKNOWN, ...card }).join(' ')
    expect(of({ life_used_percent: 20 })).toContain('at most 20 % of its life are used')
    expect(of({ life_used_percent: 110 })).toContain('worn out: replace it')
    expect(of({ spare_blocks: 'almost none' })).toContain('replace it soon')
    expect(of({ spare_blocks: 'normal' })).not.toContain('spare')
  })

  it('says what everything together wrote, which is more than Lares', () => {
    const words = wearWords(null, { ...UNKNOWN, written_since_boot_bytes: 9e9, up_ms: 86_400_000 })
    expect(words).toContain(
      'Everything on this machine together wrote 9.0 GB to the device in the 1 d since it was started.',
    )
  })
})
