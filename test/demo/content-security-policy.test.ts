import { expect, test } from 'vitest'
import {
  contentSecurityPolicy,
  contentSecurityPolicyForMeta,
  forMeta,
  serverCheckPolicy,
} from '../../demo/content-security-policy.ts'

const addresses = { issuer: 'http://localhost:1', apiOrigin: 'http://localhost:2' }

test('nothing is allowed but what the pages need', () => {
  expect(contentSecurityPolicy(addresses).split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "connect-src 'self' http://localhost:1 http://localhost:2",
    "frame-src 'self' http://localhost:1",
    "img-src 'self' data:",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'self'",
    "form-action 'self' http://localhost:1",
    "require-trusted-types-for 'script'",
  ])
})

test('in a meta element it is the same without frame-ancestors', () => {
  expect(contentSecurityPolicyForMeta(addresses)).toBe(
    contentSecurityPolicy(addresses).replace(" frame-ancestors 'self';", ''),
  )
})

test('the check of a server may send to any server that nobody on the way can listen to, and nothing else', () => {
  expect(serverCheckPolicy().split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self' https: http://localhost:* http://*.localhost:* http://127.0.0.1:*",
    'img-src data:',
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ])
  expect(forMeta(serverCheckPolicy())).not.toContain('frame-ancestors')
})
