/** Asks the hub. */
export type AskHub = (area: string, verb: string, params: Record<string, unknown>) => Promise<unknown>

/** How far something is. */
export interface WorkShare {
  phase: string
  done: number
  /** 0: nobody knows. */
  total: number
  /** What is counted; absent: bytes. */
  unit?: string
}

/** What one look finds. */
export interface WorkLook {
  /** What has ended since the look before, or is not worth waiting for, each in words. */
  ended: readonly { words: string; isDone: boolean }[]
  /** Whether nothing of it goes on. */
  isOver: boolean
  share: WorkShare | null
}

/** What goes on at a hub after the command that began it was answered. It goes on whoever looks. */
export interface LongWork {
  look(ask: AskHub): Promise<WorkLook>
  /** The command that shows it later. */
  see: string
}
