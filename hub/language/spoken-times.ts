import { NameList, type ReadList } from './lists.ts'
import type { SpokenWord } from './words.ts'

/** A time of day as it was said. */
export interface SpokenTime {
  /** 0 to 23. */
  hour: number
  minute: number
  /** Whether it may as well be twelve hours later: `half past seven`, without a word on which half of the day. */
  isHalfDay: boolean
}

/** How a language says times of day. */
export interface TimeWords {
  number: ReadList
  /** Behind the hour or between hour and minute: `o'clock`, `Uhr`. */
  clock: readonly string[]
  /** Times with a name, such as `noon`. */
  named: Readonly<Record<string, { hour: number; minute: number }>>
  /** Said before an hour, with the minutes that they add to it: `half past` 30, `halb` -30. */
  before: Readonly<Record<string, number>>
  /** Between minutes and an hour: `past` 1, `to` -1. */
  between: Readonly<Record<string, 1 | -1>>
  /** A word that may stand behind minutes there, such as `minutes`. */
  minutes: readonly string[]
  /** Behind the time: which part of the day it is, by the hours that are meant. */
  dayParts: Readonly<Record<string, (hour: number) => number>>
  /** Whether an hour with `clock` behind it is one of 24. */
  isClockOf24: boolean
}

interface Told {
  to: number
  hour: number
  minute: number
  isHalfDay: boolean
}

/** `7:30`, `7.30`, and `730` where four digits or three are a time. */
const DIGITS = /^(\d{1,2})[:.](\d{2})$|^(\d{1,2})(\d{2})$/

/** A reader of times of day, each a `SpokenTime`. */
export function timeReader(language: TimeWords): ReadList {
  const { number, named, before, between, dayParts, minutes, clock, isClockOf24 } = language
  const namedAt = new NameList(Object.entries(named)).first
  const beforeAt = new NameList(Object.entries(before)).first
  const betweenAt = new NameList(Object.entries(between)).first
  const partAt = new NameList(Object.entries(dayParts)).first
  const clockAt = new NameList(clock.map((word) => [word, true])).first
  const minutesAt = new NameList(minutes.map((word) => [word, true])).first

  function whole(words: readonly SpokenWord[], at: number, most: number): { to: number; value: number }[] {
    return number(words, at).flatMap(({ to, value }) => {
      const count = value as number
      return Number.isInteger(count) && count >= 0 && count <= most ? [{ to, value: count }] : []
    })
  }

  /** An hour alone, with its word, and with minutes behind it. */
  function plain(words: readonly SpokenWord[], at: number): Told[] {
    const all = digits(words, at)
    for (const { to, value: hour } of whole(words, at, 24)) {
      const isHalfDay = hour >= 1 && hour <= 12
      all.push({ to, hour: hour % 24, minute: 0, isHalfDay })
      const behind = clockAt(words, to)
      for (const word of behind) {
        const half = isHalfDay && !(isClockOf24 && hour === 12)
        all.push({ to: word.to, hour: hour % 24, minute: 0, isHalfDay: half })
      }
      for (const from of [to, ...behind.map((word) => word.to)])
        for (const minute of whole(words, from, 59)) {
          // `seven five` is nobody's time; `seven oh five` and `sieben Uhr fünf` are.
          if (from === to && minute.value < 10) continue
          all.push({ to: minute.to, hour: hour % 24, minute: minute.value, isHalfDay })
        }
    }
    return all
  }

  function relative(words: readonly SpokenWord[], at: number): Told[] {
    const all: Told[] = []
    for (const { to, value } of beforeAt(words, at)) all.push(...shifted(words, to, value as number))
    for (const count of whole(words, at, 29))
      for (const from of [count.to, ...minutesAt(words, count.to).map(({ to }) => to)])
        for (const { to, value } of betweenAt(words, from)) {
          const shift = count.value * (value as 1 | -1)
          all.push(...shifted(words, to, shift))
          // `fünf vor halb acht`.
          for (const half of beforeAt(words, to)) all.push(...shifted(words, half.to, (half.value as number) + shift))
        }
    return all
  }

  function shifted(words: readonly SpokenWord[], at: number, minutesMore: number): Told[] {
    return whole(words, at, 24).map(({ to, value: hour }) => {
      const total = (hour * 60 + minutesMore + 1_440) % 1_440
      return { to, hour: Math.floor(total / 60), minute: total % 60, isHalfDay: hour >= 1 && hour <= 12 }
    })
  }

  return (words, at) => {
    const all: Told[] = namedAt(words, at).map(({ to, value }) => ({
      ...(value as { hour: number; minute: number }),
      ...{ to, isHalfDay: false },
    }))
    for (const told of [...plain(words, at), ...relative(words, at)]) {
      all.push(told)
      for (const { to, value } of partAt(words, told.to)) {
        const hour = (value as (hour: number) => number)(told.hour)
        if (told.isHalfDay || hour === told.hour) all.push({ ...told, to, hour, isHalfDay: false })
      }
    }
    return all.map(({ to, hour, minute, isHalfDay }) => ({ to, value: { hour, minute, isHalfDay } }))
  }
}

/** A time in digits. With a nought before it, it is one of 24 hours. */
function digits(words: readonly SpokenWord[], at: number): Told[] {
  const text = words[at]?.text ?? ''
  const found = DIGITS.exec(text)
  if (!found) return []
  const hours = found[1] ?? found[3] ?? ''
  const [hour, minute] = [Number(hours), Number(found[2] ?? found[4])]
  if (hour > 23 || minute > 59) return []
  const isHalfDay = hour >= 1 && hour <= 12 && !hours.startsWith('0')
  return [{ to: at + 1, hour, minute, isHalfDay }]
}
