/** The wall clock at receipt, and whether it follows a time source. */
export interface Receipt {
  now: number
  clockSynced: boolean | null
  /** Monotonic clock when the engine took it up; absent where nothing can expire or become due. */
  mono?: number
}
