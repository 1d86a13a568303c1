import { createContext } from 'preact'
import { useContext, useEffect, useRef, useState } from 'preact/hooks'
import type { Question } from './awaited-answers.ts'
import type { HubConnection } from './connection.ts'
import { asHubError, type HubError } from './hub-error.ts'
import type { LiveHouse } from './live.ts'
import type { Session } from './session.ts'

/** What every screen is given: who looks, the way to the hub, and what the hub publishes. */
export interface Hub {
  session: Session
  connection: HubConnection
  live: LiveHouse
}

const Given = createContext<Hub | null>(null)

export const HubProvider = Given.Provider

/** Throws outside of `HubProvider`: nothing is shown of a house before somebody is logged in. */
export function useHub(): Hub {
  const hub = useContext(Given)
  if (hub === null) throw new Error('there is no hub here')
  return hub
}

export interface Answer<T> {
  /** What was answered last; `null` before the first answer. It stays while it is asked again. */
  data: T | null
  error: HubError | null
  /** Whether an answer is under way. */
  asking: boolean
  again: () => void
}

/**
 * Answer of a command that changes nothing: asked at once, when its params change, and whenever the hub is back. `null`: not asked.
 * `when`: it is asked again, too, when that changes; what was answered stays meanwhile.
 */
export function useAnswer<T>(command: string | null, params: object = {}, when: unknown = null): Answer<T> {
  const { connection } = useHub()
  const [answer, setAnswer] = useState<{ data: T | null; error: HubError | null; of: string }>({
    data: null,
    error: null,
    of: '',
  })
  const [asked, setAsked] = useState(0)
  const key = `${command} ${JSON.stringify(params)}`
  const times = connection.times.value
  const latest = useRef(key)
  latest.current = key
  useEffect(() => {
    if (command === null || times === 0) return
    let over = false
    connection.ask<T>(command, params).then(
      (data) => over || latest.current !== key || setAnswer({ data, error: null, of: key }),
      (thrown) => {
        const error = asHubError(thrown)
        // That the hub is away is said once, above everything; what it answered before stays.
        if (over || (error.code === 'unreachable' && connection.reach.value.state !== 'open')) return
        setAnswer(({ data, of }) => ({ data: of === key ? data : null, error, of: key }))
      },
    )
    return () => {
      over = true
    }
  }, [key, times, asked, when])
  const fresh = answer.of === key
  return {
    data: fresh ? answer.data : null,
    error: fresh ? answer.error : null,
    asking: command !== null && !fresh,
    again: () => setAsked((before) => before + 1),
  }
}

export interface Doing {
  /** What is under way now. */
  busy: boolean
  error: HubError | null
  run: <T>(command: string, params: object, how?: Question) => Promise<T | null>
  clear: () => void
}

/** For a command that changes something: `run` resolves with `null` where it failed, and `error` says why. */
export function useDoing(): Doing {
  const { connection } = useHub()
  const [state, setState] = useState<{ busy: boolean; error: HubError | null }>({ busy: false, error: null })
  return {
    ...state,
    async run<T>(command: string, params: object, how: Question = {}) {
      setState({ busy: true, error: null })
      try {
        const data = await connection.ask<T>(command, params, how)
        setState({ busy: false, error: null })
        return data
      } catch (thrown) {
        setState({ busy: false, error: asHubError(thrown) })
        return null
      }
    },
    clear: () => setState({ busy: false, error: null }),
  }
}
