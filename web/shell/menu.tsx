import { useLocation } from 'preact-iso'
import { useHub } from '../hub/hub.ts'
import { logOut } from '../hub/session.ts'
import { choose, type Language, language, words } from '../words/words.ts'
import { chooseTheme, type Theme, theme } from './theme.ts'

const PLACES = [
  { path: '/', key: 'overview', sign: 'M4 12 12 5l8 7v8h-5v-5h-6v5H4z' },
  { path: '/devices', key: 'devices', sign: 'M7 3h10v18H7zM10 18h4' },
  { path: '/readings', key: 'readings', sign: 'M3 19h18M4 15l5-6 4 4 7-8' },
  { path: '/events', key: 'events', sign: 'M5 6h14M5 12h14M5 18h9' },
] as const

/** On a phone there is no room for them beside the others: they stand with what concerns whoever looks. */
const MORE = [
  { path: '/house', key: 'house', sign: 'M4 20V9l8-5 8 5v11zM9 20v-6h6v6' },
  { path: '/conversations', key: 'conversations', sign: 'M4 5h16v11H9l-5 4z' },
  { path: '/personas', key: 'personas', sign: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6' },
  { path: '/alerts', key: 'alerts', sign: 'M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4' },
  {
    path: '/access',
    key: 'people',
    sign: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19c0-3 2-5 5-5s5 2 5 5M16 8h5M16 12h5',
  },
  { path: '/system', key: 'system', sign: 'M4 6h16M4 12h16M4 18h16M8 4v4M15 10v4M10 16v4' },
  { path: '/console', key: 'console', sign: 'm5 7 5 5-5 5M12 18h7' },
] as const

/** The pages, at the side or on a phone at the lower edge, and what concerns whoever looks. */
export function Menu({ onLeft }: { onLeft: () => void }) {
  const { path } = useLocation()
  const says = words.value.menu
  return (
    <nav class="menu" aria-label={says.main}>
      <a class="home" href="/">
        <img src="/lares.svg" alt="" width="28" height="28" />
        {words.value.name}
      </a>
      <ul>
        {[...PLACES, ...MORE].map(({ path: to, key, sign }) => (
          <li key={key} class={MORE.some((one) => one.key === key) ? 'more' : ''}>
            <a href={to} aria-current={isWithin(path, to) ? 'page' : undefined}>
              <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d={sign} />
              </svg>
              <span>{says[key]}</span>
            </a>
          </li>
        ))}
      </ul>
      <Mine onLeft={onLeft} />
    </nav>
  )
}

function isWithin(path: string, place: string): boolean {
  return place === '/' ? path === '/' : path === place || path.startsWith(`${place}/`)
}

function Mine({ onLeft }: { onLeft: () => void }) {
  const { session } = useHub()
  const { path } = useLocation()
  const says = words.value.menu
  const leave = () => void logOut().then(onLeft, onLeft)
  return (
    // Another page closes it.
    <details class="mine" key={path}>
      <summary>
        <span class="wide">{session.full_name ?? session.email}</span>
        <span class="narrow">{says.more}</span>
      </summary>
      <ul class="more">
        {MORE.map(({ path: to, key }) => (
          <li key={key}>
            <a href={to}>{says[key]}</a>
          </li>
        ))}
      </ul>
      <label>
        {says.theme.label}
        <select value={theme.value} onChange={(event) => chooseTheme(event.currentTarget.value as Theme)}>
          <option value="auto">{says.theme.auto}</option>
          <option value="light">{says.theme.light}</option>
          <option value="dark">{says.theme.dark}</option>
        </select>
      </label>
      <label>
        {says.language}
        <select value={language.value} onChange={(event) => void choose(event.currentTarget.value as Language)}>
          <option value="en">English</option>
          <option value="de">Deutsch</option>
        </select>
      </label>
      <a class="button" href="/me">
        {says.mine}
      </a>
      <button type="button" onClick={leave}>
        {says.logOut}
      </button>
    </details>
  )
}
