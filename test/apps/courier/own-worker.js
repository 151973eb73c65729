// oxlint-disable-next-line import/no-unassigned-import -- it is taken for what it does
import 'tokenring/courier/service-worker'

// As the workers of Workbox and MSW do: active at once for every page, with answers of its own.
addEventListener('install', (event) => {
  const keep = async () => {
    const cache = await caches.open('app')
    await cache.add('/?kept')
    await cache.put('/greeting', new Response('from the cache'))
  }
  event.waitUntil(keep().then(() => skipWaiting()))
})
addEventListener('activate', (event) => event.waitUntil(clients.claim()))
addEventListener('fetch', (event) => {
  const { request } = event
  const isPage = request.mode === 'navigate'
  const find = caches.match(isPage ? '/?kept' : request)
  event.respondWith(find.then((answer) => answer ?? fetch(request)))
})
addEventListener('message', ({ data, source }) => {
  if (data === 'ping') source.postMessage('pong')
})
