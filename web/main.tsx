import { render } from 'preact'
import './style/tokens.css'
import './style/page.css'
import './style/parts.css'
import './style/screens.css'
import './style/personas.css'
import './style/talk.css'
import { startSeconds } from './hub/house-time.ts'
import { PageGate } from './shell/gate.tsx'
import { startTheme } from './shell/theme.ts'
import { startWords } from './words/words.ts'

startTheme()
startSeconds()
await startWords()
const page = document.getElementById('page')
if (page !== null) {
  page.replaceChildren()
  render(<PageGate />, page)
}
