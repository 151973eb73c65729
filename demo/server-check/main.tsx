import { render } from 'preact'
import { createCheck } from './check.ts'
import { CheckView } from './check-view.tsx'
import { firstSettings } from './first-settings.ts'

const pageUrl = location.origin + location.pathname
const check = createCheck(
  await firstSettings(),
  {
    fetch: (input, init) => fetch(input, init),
    now: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  pageUrl,
)
render(<CheckView check={check} pageUrl={pageUrl} />, document.body)
await check.arrive()
