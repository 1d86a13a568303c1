import { SILENCE_DB } from '../../shared/sound-level.ts'
import { BLOCK_MS } from './block.ts'
import { EnergyFloor } from './energy-floor.ts'
import { speechBandMeter } from './speech-band.ts'
import type { SpeechDetector } from './webrtc-vad.ts'

export interface VadOptions {
  /** Silence that ends an utterance. 500 ms: shorter cuts between sentences, longer feels slow. */
  hangoverMs: number
  /** Speech needed for a start. 120 ms, so that "stop" and "yes" count and a click does not. */
  minSpeechMs: number
  /** Longest utterance. */
  capMs: number
}

export const VAD_DEFAULTS: VadOptions = { hangoverMs: 500, minSpeechMs: 120, capMs: 15_000 }

/** Above the floor by this much, a sound is speech enough to start, whatever the detector says. */
const LOUD_DB = 9
/** Above the floor by this much, the detector is believed. In steady noise it says "speech" always, so never without. */
const AUDIBLE_DB = 4
/** Speech further than this below the utterance's own peak is somebody else's, or a television's. */
const RELATIVE_DB = 12
/** The peak fades, so that one shouted word does not end the quiet sentence after it. */
const PEAK_FADE_DB = (2 * BLOCK_MS) / 1_000
/** Blocks in a row that must agree before a start. */
const RUN_BLOCKS = 3
/** Gaps a start may have (the closure of a plosive), in blocks. */
const GAP_BLOCKS = 2

export interface VadDecision {
  /** Whether this block lies within an utterance. */
  speech: boolean
  /** The utterance became certain with this block; it began up to `minSpeechMs` and 40 ms before. */
  started: boolean
  /** Why the utterance ended with this block. */
  ended: 'silence' | 'cap' | null
  /** Level of the block between 300 and 3,400 Hz, and the learned floor, decibels relative to full scale. */
  levelDb: number
  floorDb: number
  /** How sure it is, 0 to 1: the detector's share of the last blocks and the level above the floor, half each. */
  score: number
}

interface Utterance {
  blocks: number
  quietBlocks: number
  peakDb: number
}

/**
 * Tells speech from the room, block by block; no timer and no clock, so the same sound gives the same answer.
 *
 * Two weak witnesses: the WebRTC detector, which hears soft speech but sticks in a loud room, and the level above a
 * learned floor, which never sticks but misses soft syllables. A start needs either one (the detector only when there
 * is something to hear); to go on needs both.
 */
export class Vad {
  #detector: SpeechDetector
  #options: VadOptions
  #floor = new EnergyFloor()
  #meter = speechBandMeter()
  /** Votes of the last blocks, newest last. */
  #votes: boolean[] = []
  #detected: boolean[] = []
  #levels: number[] = []
  #utterance: Utterance | null = null
  /** After a cap the sound goes on; nothing starts until it paused as long as an utterance's end takes. */
  #waitForPause = false
  /** Blocks in a row that were not even perhaps speech. */
  #unvoted = 0

  /** Silence that ends an utterance, milliseconds. */
  #hangoverMs: number

  constructor(detector: SpeechDetector, options: Partial<VadOptions> = {}) {
    this.#detector = detector
    this.#options = { ...VAD_DEFAULTS, ...options }
    this.#hangoverMs = this.#options.hangoverMs
  }

  /** How long a silence ends what somebody says from now on: people who speak slowly are waited for. `null`: as its options say. */
  endsAfter(silenceMs: number | null): void {
    this.#hangoverMs = silenceMs ?? this.#options.hangoverMs
  }

  get floorDb(): number {
    return this.#floor.db
  }

  /** One block of 640 bytes in, one decision out. */
  next(pcm: Buffer): VadDecision {
    const levelDb = this.#meter(pcm)
    const detected = this.#detector.isSpeech(pcm)
    push(this.#levels, levelDb, RUN_BLOCKS)
    const window = this.#startWindow()
    push(this.#detected, detected, window)
    const above = levelDb - this.#floor.db
    push(this.#votes, (detected && above > AUDIBLE_DB) || above > LOUD_DB, window)

    const open = this.#utterance
    const outcome = open ? this.#goOn(open, levelDb, detected) : this.#listen(levelDb)
    return { ...outcome, levelDb, floorDb: this.#floor.db, score: this.#score(levelDb) }
  }

  /** Forgets the utterance but not the room: for a mute or a gap in the recording. */
  reset(): void {
    this.#utterance = null
    this.#votes = []
    this.#waitForPause = false
  }

  #listen(levelDb: number): Pick<VadDecision, 'speech' | 'started' | 'ended'> {
    const none = { speech: false, started: false, ended: null }
    const run = this.#votes.slice(-RUN_BLOCKS)
    this.#unvoted = this.#votes.at(-1) ? 0 : this.#unvoted + 1
    if (this.#unvoted * BLOCK_MS >= this.#hangoverMs) this.#waitForPause = false
    const votes = this.#votes.filter(Boolean).length
    const certain = run.length === RUN_BLOCKS && run.every(Boolean) && votes * BLOCK_MS >= this.#options.minSpeechMs
    if (!certain || this.#waitForPause || !this.#floor.settled) {
      // a block that may be the first of a word does not teach the floor
      if (!this.#votes.at(-1) || !this.#floor.settled || this.#waitForPause) this.#floor.quiet(levelDb)
      return none
    }
    this.#utterance = { blocks: votes, quietBlocks: 0, peakDb: mean(this.#levels) }
    return { speech: true, started: true, ended: null }
  }

  #goOn(open: Utterance, levelDb: number, detected: boolean): Pick<VadDecision, 'speech' | 'started' | 'ended'> {
    const { capMs } = this.#options
    const hangoverMs = this.#hangoverMs
    this.#floor.speech(levelDb)
    const smooth = mean(this.#levels)
    open.peakDb = Math.max(open.peakDb - PEAK_FADE_DB, smooth)
    open.blocks += 1
    const active = detected && smooth > this.#floor.db + AUDIBLE_DB && smooth > open.peakDb - RELATIVE_DB
    open.quietBlocks = active ? 0 : open.quietBlocks + 1
    const ended = open.quietBlocks * BLOCK_MS >= hangoverMs ? 'silence' : open.blocks * BLOCK_MS >= capMs ? 'cap' : null
    if (ended) {
      if (ended === 'silence') this.#floor.learnTail(Math.ceil(hangoverMs / BLOCK_MS))
      this.#utterance = null
      this.#votes = []
      this.#unvoted = 0
      this.#waitForPause = ended === 'cap'
    }
    return { speech: true, started: false, ended }
  }

  #score(levelDb: number): number {
    const share = this.#detected.filter(Boolean).length / Math.max(1, this.#detected.length)
    const above = Math.min(1, Math.max(0, (levelDb - this.#floor.db) / 20))
    return (share + above) / 2
  }

  #startWindow(): number {
    return Math.ceil(this.#options.minSpeechMs / BLOCK_MS) + GAP_BLOCKS
  }
}

function push<T>(list: T[], item: T, length: number): void {
  list.push(item)
  if (list.length > length) list.shift()
}

function mean(values: number[]): number {
  return values.length === 0 ? SILENCE_DB : values.reduce((sum, value) => sum + value, 0) / values.length
}
