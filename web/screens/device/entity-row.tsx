import { EntityControl } from '../../entities/entity-control.tsx'
import { stateWords } from '../../entities/state-words.ts'
import type { EntityLine } from '../../hub/answers.ts'
import { useHub } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { words } from '../../words/words.ts'

/** An entity with its state, kept true by what the hub publishes, and with what switches it. */
export function EntityRow({ device, entity }: { device: string; entity: EntityLine }) {
  const state = useHub().live.state(device, entity.key).value
  const isNumber = entity.entity_type === 'sensor' || entity.entity_type === 'number'
  const name = entity.name ?? entity.key
  return (
    <li class={`row entity ${entity.is_enabled ? '' : 'off'}`}>
      <span>
        {isNumber ? <a href={`/readings?s=${encodeURIComponent(`${device}/${entity.key}`)}`}>{name}</a> : name}
        {state !== null && (
          <span class="small since">
            <Ago time={state.at} />
            {isNumber && (
              <>
                {' · '}
                <a href={`/trace?device=${device}&sensor=${encodeURIComponent(entity.key)}`}>
                  {words.value.trace.link}
                </a>
              </>
            )}
          </span>
        )}
      </span>
      <span class="end">
        <output class="value">{stateWords(entity, state)}</output>
        <EntityControl device={device} entity={entity} state={state} />
      </span>
      {state?.available === false && <p class="alarm">{words.value.device.unavailable}</p>}
    </li>
  )
}
