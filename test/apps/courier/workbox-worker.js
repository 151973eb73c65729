// oxlint-disable-next-line import/no-unassigned-import -- it is taken for what it does
import 'tokenring/courier/service-worker'
import { clientsClaim } from 'workbox-core'
import { createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { StaleWhileRevalidate } from 'workbox-strategies'

// As Workbox's guide has it: the app's shell is there before it is asked for, and answers every page.
self.skipWaiting()
clientsClaim()
precacheAndRoute([{ url: '/index.html', revision: '1' }])
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html')))
registerRoute(({ url }) => url.pathname === '/greeting', new StaleWhileRevalidate())
addEventListener('install', (event) => {
  const keep = async () => {
    const cache = await caches.open('workbox-runtime-' + self.registration.scope)
    await cache.put('/greeting', new Response('from the cache'))
  }
  event.waitUntil(keep())
})
