import type { ModelSize } from '../packages/speech-catalogue.ts'

/** What the process that runs a model is started with, as JSON in its first argument. */
export interface MoonshineStart {
  runtime: string
  model: string
  size: ModelSize
}

export interface ToMoonshine {
  id: number
  /** 16 kHz. */
  samples: Int16Array
}

export type FromMoonshine =
  | { says: 'ready'; tookMs: number }
  | { says: 'broken'; message: string }
  | { says: 'text'; id: number; text: string; tookMs: number; memoryBytes: number }
  | { says: 'failed'; id: number; message: string }
