/** Who asks. Made by the broker from the connection's credentials, never from a payload. */
export interface Caller {
  /** `local`, or the id of the user. */
  principal: string
  user: string | null
  role: 'admin' | 'user' | 'device'
  /** Houses whose data the caller may see; `null` means all. */
  houses: string[] | null
  client: string
}
