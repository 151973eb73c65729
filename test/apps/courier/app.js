import { createTokenManager } from 'tokenring'
import { courier } from 'tokenring/courier'

/** What the guide of the courier offers. */
const couriers = {
  'a SharedWorker': () => courier(),
  'a service worker': () => courier({ serviceWorker: '/tokenring-courier.js' }),
  'the app’s own service worker': () => withOwn('/own-worker.js'),
  'Workbox’s service worker': () => withOwn('/workbox-worker.js'),
  'MSW’s service worker': () => {
    document.head.append(Object.assign(document.createElement('script'), { src: '/mocks.js' }))
    return courier({ registration: navigator.serviceWorker.ready })
  },
}

function withOwn(path) {
  void navigator.serviceWorker.register(path)
  return courier({ registration: navigator.serviceWorker.ready })
}

const asked = new URLSearchParams(location.search)
const issuer = asked.get('issuer')
const auth = createTokenManager({
  authorizationServer: { issuer, token_endpoint: `${issuer}/token` },
  clientId: 'spa',
  refreshAhead: 'never',
  // A test answers when it is ready.
  tokenRequestTimeoutMs: 60_000,
  courier: couriers[asked.get('courier')](),
})
const events = []
auth.observe((event) => events.push(event))
window.app = { auth, events }
