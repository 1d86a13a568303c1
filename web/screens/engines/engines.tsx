import type { EngineList } from '../../hub/answers.ts'
import { second } from '../../hub/house-time.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { shortSpanWords } from '../../words/times.ts'
import { words } from '../../words/words.ts'
import { TryEngines } from './try-engines.tsx'

/** They change when somebody speaks. */
const FOLLOW_S = 10

/** What hears, answers and speaks on this hub, and how each is. */
export function Engines() {
  const says = words.value.engines
  useTitle(says.title)
  const shown = useAnswer<EngineList>('voice/engines', {}, Math.floor(second.value / FOLLOW_S))
  return (
    <>
      <p>
        <a href="/conversations">{words.value.conversations.title}</a>
      </p>
      <h1>{says.title}</h1>
      <p>{says.lead}</p>
      <Failure error={shown.error} again={shown.again} />
      {shown.asking && <Waiting />}
      {shown.data !== null && (
        <>
          {shown.data.says.map((missing) => (
            <p key={missing} class="notice warn">
              {missing}
            </p>
          ))}
          {(['hear', 'answer', 'speak'] as const).map((does) => (
            <Stage key={does} does={does} engines={shown.data?.engines.filter((one) => one.does === does) ?? []} />
          ))}
          <TryEngines onTried={shown.again} />
        </>
      )}
    </>
  )
}

function Stage({ does, engines }: { does: 'hear' | 'answer' | 'speak'; engines: EngineList['engines'] }) {
  const says = words.value.engines
  return (
    <Card title={says.does[does]}>
      {engines.length === 0 && <p>{says.none}</p>}
      <ol class="rows plain">
        {engines.map(({ engine, name, state, languages, last_took_ms, error, worked, failed }) => (
          <li key={engine} class="row">
            <span>
              <strong>{engine}</strong> {name !== engine && <span class="small">{name}</span>}
            </span>
            <span class={`tag ${state}`}>{says.state[state] ?? state}</span>
            <span class="end small">
              {[
                languages ?? says.anyLanguage,
                ...(last_took_ms === null ? [] : [says.took(shortSpanWords(last_took_ms))]),
                ...(worked + failed === 0 ? [] : [says.counts(worked, failed)]),
              ].join(' · ')}
            </span>
            {error !== null && <p class="alarm">{error}</p>}
          </li>
        ))}
      </ol>
    </Card>
  )
}
