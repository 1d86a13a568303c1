import { words } from '../words/words.ts'

export function NotFound() {
  return (
    <>
      <h1>{words.value.notFound.title}</h1>
      <p>
        <a href="/">{words.value.notFound.home}</a>
      </p>
    </>
  )
}
