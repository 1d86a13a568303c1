import { signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark'

const KEY = 'lares.theme'
const THEMES: readonly Theme[] = ['auto', 'light', 'dark']

export const theme = signal<Theme>('auto')

export function startTheme(): void {
  const stored = localStorage.getItem(KEY)
  chooseTheme(THEMES.find((one) => one === stored) ?? 'auto')
}

export function chooseTheme(wanted: Theme): void {
  theme.value = wanted
  localStorage.setItem(KEY, wanted)
  if (wanted === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = wanted
}
