import { useEffect } from 'preact/hooks'
import { words } from '../words/words.ts'

/** What the browser's tab, and whoever hears the page, is told it is. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${words.value.name}`
  }, [title])
}
