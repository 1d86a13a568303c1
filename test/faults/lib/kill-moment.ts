/** When a process is to die: at what holds this text. */
export interface KillMoment {
  /** A statement of SQLite, the removal of a file by its path, or a query to central. */
  in: 'sqlite' | 'files' | 'central'
  text: string
  /** At central; elsewhere it is always before. */
  when?: 'before' | 'after' | 'committed'
}
