import { http, HttpResponse } from 'msw'
import { setupWorker } from 'msw/browser'

const worker = setupWorker(http.get('/greeting', () => HttpResponse.text('from the cache')))
window.mocking = worker.start({
  serviceWorker: { url: '/mocking-worker.js' },
  onUnhandledRequest: 'bypass',
  quiet: true,
})
