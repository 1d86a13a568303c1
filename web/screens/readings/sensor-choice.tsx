import type { LatestReadings } from '../../hub/answers.ts'
import { Field } from '../../parts/field.tsx'
import { words } from '../../words/words.ts'
import type { Chosen } from './chosen.ts'

interface ChoiceParts {
  all: LatestReadings['readings']
  chosen: Chosen[]
  onChange: (sensors: Chosen[]) => void
}

/** More series than that nobody can tell apart. */
const MOST = 6

/** Which sensors a chart shows: each with a button that takes it out, and a list to add one from. */
export function SensorChoice({ all, chosen, onChange }: ChoiceParts) {
  const says = words.value.readings
  const keys = new Set(chosen.map(keyOf))
  const others = Map.groupBy(
    all.filter((one) => !keys.has(keyOf(one))),
    ({ device_name }) => device_name,
  )
  const add = (key: string) => {
    const [device = '', sensor = ''] = key.split('/')
    if (sensor !== '') onChange([...chosen, { device, sensor }])
  }
  return (
    <div class="chosen">
      <ul>
        {chosen.map((one, index) => {
          const known = all.find((sensor) => keyOf(sensor) === keyOf(one))
          const name = known === undefined ? keyOf(one) : `${known.device_name}: ${known.sensor_name}`
          return (
            <li key={keyOf(one)} class={`series-${(index % MOST) + 1}`}>
              {name}
              <a class="small" href={`/trace?device=${one.device}&sensor=${encodeURIComponent(one.sensor)}`}>
                {words.value.trace.link}
              </a>
              <button
                type="button"
                class="quiet"
                aria-label={says.remove(name)}
                onClick={() => onChange(chosen.filter((other) => other !== one))}
              >
                ×
              </button>
            </li>
          )
        })}
      </ul>
      {chosen.length < MOST && (
        <Field label={chosen.length === 0 ? says.choose : says.add}>
          {(id) => (
            <select id={id} value="" onChange={(event) => add(event.currentTarget.value)}>
              <option value="" />
              {[...others].map(([device, sensors]) => (
                <optgroup key={device} label={device}>
                  {sensors.map((one) => (
                    <option key={keyOf(one)} value={keyOf(one)}>
                      {one.sensor_name}
                    </option>
                  ))}
                </optgroup>
              ))}
            </select>
          )}
        </Field>
      )}
    </div>
  )
}

function keyOf({ device, sensor }: Chosen): string {
  return `${device}/${sensor}`
}
