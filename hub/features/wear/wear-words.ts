import { bytesWords, durationWords } from '../../../shared/time-words.ts'
import type { WrittenAmount, WrittenByCause } from '../../engine/write-book.ts'
import type { Pace } from './pace.ts'

/** What is known of the card; see `CardFacts`. */
export interface KnownCard {
  device_bytes: number | null
  written_since_boot_bytes: number | null
  up_ms: number | null
  life_used_percent: number | null
  spare_blocks: string | null
}

const DAYS_A_YEAR = 365
/**
 * How often cards that are made for recording can be written over, by their makers: Micron i300 128 GB, "up to 120 TB"; SanDisk
 * High Endurance 128 GB, 10,000 hours at 26 Mbit/s (117 TB); Samsung PRO Endurance 128 GB (2022), 70,080 hours at 26 Mbit/s
 * (820 TB). All of one long video, which is the kindest way to write.
 */
const ROUNDS_OF_RECORDING_CARDS = 'about 900 to 6,400'

/** What a card will have seen, in sentences. */
export function wearWords(pace: Pace | null, card: KnownCard): string[] {
  if (pace === null)
    return ['Nothing is known yet: it has been counted for a few minutes only. Look again in an hour.', ...ofCard(card)]
  const { bytes, commits } = total(pace.aDay)
  const year = bytes * DAYS_A_YEAR
  return [
    `At this pace Lares writes ${bytesWords(year)} to this disk in a year: ${bytesWords(bytes)} and ${Math.round(commits)} commits a day, ${basis(pace)}.`,
    ...largest(pace.aDay, bytes),
    ...rounds(year, card.device_bytes),
    'What the file system adds, and the card itself when it moves blocks to keep them evenly worn, is not in these figures.',
    ...ofCard(card),
  ]
}

/** All causes together. */
export function total(written: WrittenByCause): WrittenAmount {
  return Object.values(written).reduce(
    (all, { commits, bytes }) => ({ commits: all.commits + commits, bytes: all.bytes + bytes }),
    { commits: 0, bytes: 0 },
  )
}

function basis({ days }: Pace): string {
  if (days === 0) return 'made of the hours that were counted so far'
  return days === 1 ? 'as yesterday' : `the average of the last ${days} full days`
}

function largest(aDay: WrittenByCause, bytes: number): string[] {
  const [first] = Object.entries(aDay).sort(([, a], [, b]) => b.bytes - a.bytes)
  if (!first || bytes === 0) return []
  const [cause, written] = first
  return [`The most of it, ${Math.round((written.bytes / bytes) * 100)} %, is for ${cause}.`]
}

function rounds(year: number, device: number | null): string[] {
  const makers = `Makers of cards for recording name ${ROUNDS_OF_RECORDING_CARDS} times, of long videos; written in small pieces they bear less. Makers of ordinary cards name no figure.`
  if (device === null || device === 0) return [`How often a card can be written over: ${lowerFirst(makers)}`]
  return [`That is this device of ${bytesWords(device)} written over ${times(year / device)} in a year. ${makers}`]
}

function times(rounds: number): string {
  if (rounds < 0.1) return 'less than 0.1 times'
  return `${rounds < 10 ? rounds.toFixed(1) : Math.round(rounds)} times`
}

function ofCard({
  written_since_boot_bytes: written,
  up_ms: up,
  life_used_percent: used,
  spare_blocks: spare,
}: KnownCard): string[] {
  const all =
    written === null || up === null
      ? []
      : [
          `Everything on this machine together wrote ${bytesWords(written)} to the device in the ${durationWords(up)} since it was started.`,
        ]
  const life =
    used === null
      ? []
      : [
          used > 100
            ? 'The device itself says that it is worn out: replace it.'
            : `The device itself says that at most ${used} % of its life are used.`,
        ]
  const blocks = spare === null || spare === 'normal' ? [] : [`Its spare blocks are ${spare}: replace it soon.`]
  return [...all, ...life, ...blocks]
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
