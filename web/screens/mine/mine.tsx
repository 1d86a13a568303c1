import type { LoginList } from '../../hub/answers.ts'
import { useAnswer, useDoing, useHub } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { NewPassword } from './new-password.tsx'

/** The account of whoever looks: where it is logged in, and another password. */
export function Mine() {
  const { session } = useHub()
  const says = words.value.mine
  useTitle(says.title)
  const logins = useAnswer<LoginList>('users/sessions')
  const doing = useDoing()
  const end = async (command: string, params: object) => {
    if ((await doing.run(command, params)) !== null) logins.again()
  }
  // An administrator is shown those of everybody.
  const mine = (logins.data?.sessions ?? []).filter(({ email }) => email === session.email)
  return (
    <>
      <h1>{says.title}</h1>
      <p>{session.full_name === null ? session.email : `${session.full_name}, ${session.email}`}</p>
      <Card title={says.where}>
        <Failure error={logins.error ?? doing.error} again={logins.again} />
        <ul class="rows">
          {mine.map(({ session: id, agent, address, last_used_at, is_this }) => (
            <li key={id} class="row">
              <span>
                {agent === '' ? says.unnamed : agent}{' '}
                <span class="small">
                  {address} <Ago time={last_used_at} />
                </span>
              </span>
              <span class="end">
                {is_this ? (
                  <span class="small">{says.here}</span>
                ) : (
                  <button
                    type="button"
                    disabled={doing.busy}
                    onClick={() => void end('users/end-session', { session: id })}
                  >
                    {says.end}
                  </button>
                )}
              </span>
            </li>
          ))}
        </ul>
        {mine.length > 1 && (
          <button type="button" class="danger" disabled={doing.busy} onClick={() => void end('users/end-sessions', {})}>
            {says.endAll}
          </button>
        )}
      </Card>
      <NewPassword onChanged={logins.again} />
      <p>
        <a href="/trust">{words.value.trust.title}</a>
      </p>
    </>
  )
}
