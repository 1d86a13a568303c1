import type { PersonaDifferences } from '../../hub/answers.ts'
import { words } from '../../words/words.ts'
import { fieldOf } from './persona-fields.ts'

/** What became of each setting that is another. */
export function DifferenceTable({ differences }: { differences: PersonaDifferences['differences'] }) {
  const says = words.value.personas
  if (differences.length === 0) return <p>{says.noChanges}</p>
  return (
    <div class="table">
      <table class="differences">
        <thead>
          <tr>
            <th>{says.setting}</th>
            <th>{says.was}</th>
            <th>{says.now}</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ setting, was, now }) => (
            <tr key={setting}>
              <td data-name={says.setting}>
                {labelOf(setting)} <code class="small">{setting}</code>
              </td>
              <td data-name={says.was}>{was === null ? words.value.common.nothing : <del>{was}</del>}</td>
              <td data-name={says.now}>{now === null ? words.value.common.nothing : <ins>{now}</ins>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** As the form calls it. */
function labelOf(setting: string): string {
  const field = fieldOf(setting)
  return field === undefined ? '' : words.value.personas.fields[field.label]
}
