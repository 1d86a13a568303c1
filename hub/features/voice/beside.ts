import type { RankedHealth } from '../../../speech/ranked/ranking.ts'
import type { TriedEngine } from '../../talk/try-engines.ts'

/** What commands of this feature ask of its part beside the broker. */
export interface VoiceBeside {
  engines: Record<'hear' | 'speak' | 'answer', RankedHealth[]>
  /** Has everything that speaks and hears show what it does. Never rejects. */
  tryAll(text: string, language: string): Promise<TriedEngine[]>
}

/** Whether anything here could speak. */
export function speaksHere({ engines }: Pick<VoiceBeside, 'engines'>): boolean {
  return engines.speak.some(({ isInstalled }) => isInstalled)
}
