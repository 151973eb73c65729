export interface DemoUser {
  readonly id: string
  readonly name: string
}

export const demoUsers: readonly DemoUser[] = [
  { id: 'ada', name: 'Ada Lovelace' },
  { id: 'grace', name: 'Grace Hopper' },
  { id: 'alan', name: 'Alan Turing' },
]

export function demoUser(id: unknown): DemoUser | undefined {
  return demoUsers.find((user) => user.id === id)
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-items: center }
main { width: min(22rem, 100vw - 3rem) }
h1 { font-size: 1.25rem; margin: 0 }
form { display: grid; gap: .6rem; margin-top: 1.25rem }
button { font: inherit; text-align: start; padding: .7rem 1rem; border-radius: .6rem; cursor: pointer;
  border: 1px solid light-dark(#c9ced8, #454b57); background: light-dark(#fff, #22262e); color: inherit }
button:hover { border-color: light-dark(#0b57d0, #8ab4ff) }
button.quiet { border-color: transparent; background: none; text-decoration: underline }
p { margin: .4rem 0 0; color: light-dark(#4b5260, #b3bac7) }
</style>
</head>
<body><main>
${main}
</main></body>
</html>`
}

/** One click chooses the user and consents. */
export function loginPage(scope: string): string {
  const buttons = demoUsers.map(
    ({ id, name }) => `<button name="user" value="${id}">${escapeHtml(name)}</button>`,
  )
  return page(
    'Sign in · demo authorization server',
    `<h1>Who are you?</h1>
<p>The demo page asks for: ${escapeHtml(scope)}. Choosing a user signs in and agrees.</p>
<form method="post">
${buttons.join('\n')}
<button class="quiet" name="user" value="">No, go back</button>
</form>`,
  )
}

/** `form` is oidc-provider's own, with its anti-forgery value. */
export function logoutPage(form: string, submitAtOnce: boolean): string {
  const choice = `<form>
<button type="submit" form="op.logoutForm" name="logout" value="yes">Yes, sign out</button>
<button class="quiet" type="submit" form="op.logoutForm">No, stay signed in</button>
</form>`
  const submit = `<script>
const form = document.getElementById('op.logoutForm')
form.insertAdjacentHTML('beforeend', '<input type="hidden" name="logout" value="yes">')
form.submit()
</script>`
  return page(
    'Sign out · demo authorization server',
    `<h1>Sign out of the demo authorization server?</h1>${form}${submitAtOnce ? submit : choice}`,
  )
}

export function signedOutPage(): string {
  return page('Signed out · demo authorization server', '<h1>You are signed out.</h1>')
}

export function errorPage(error: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(error).map(
    ([name, value]) => `<p>${escapeHtml(name)}: ${escapeHtml(String(value))}</p>`,
  )
  return page('Error · demo authorization server', `<h1>That went wrong.</h1>${lines.join('')}`)
}
