/** When a process is to die: at what holds this text. */
export interface KillMoment {
  /** A statement of SQLite, a file by its path, or a query to central. */
  in: 'sqlite' | 'files' | 'central'
  text: string
  /**
   * Of a file: its removal unless this says `before` or `after`, which are those of its taking its place. Of SQLite it is always
   * before.
   */
  when?: 'before' | 'after' | 'committed'
}
