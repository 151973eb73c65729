#!/usr/bin/env node
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const name = 'tokenring-courier.js'
const own = fileURLToPath(new URL(`./${name}`, import.meta.url))

const help = `tokenring courier <folder>   copies ${name}, the file of the courier's worker, into a folder that your
                             server serves, such as public/; do it again after every update
`

/** The version that the file says it is of, or nothing if it says none. */
function versionOf(path) {
  return /^\/\* tokenring courier (\S+) \*\//.exec(readFileSync(path, 'utf8'))?.[1]
}

function isOlder(version, than) {
  const [a, b] = [version, than].map((text) => text.split(/[.-]/).map(Number))
  const place = a.findIndex((number, index) => number !== b[index])
  return place >= 0 && a[place] < b[place]
}

function whatWasThere(path) {
  const before = versionOf(path)
  const now = versionOf(own)
  if (before === undefined) return ' (the one there said no version)'
  if (before === now) return ' (the one there was of this version)'
  return isOlder(before, now)
    ? ` (the one there was older: ${before})`
    : ` (the one there was of another version: ${before})`
}

function copyCourier(folder) {
  if (!existsSync(own)) throw new Error(`${own} is missing: install the package again.`)
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new Error(`${folder} is no folder.`)
  }
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  const before = existsSync(path) ? whatWasThere(path) : ''
  copyFileSync(own, path)
  return `${path} is of tokenring ${versionOf(own)} now${before}.\n`
}

const [command, folder, ...others] = process.argv.slice(2)
try {
  if (command === undefined) process.stdout.write(help)
  else if (command === 'courier' && folder !== undefined && others.length === 0) {
    process.stdout.write(copyCourier(folder))
  } else {
    process.stderr.write(help)
    process.exitCode = 1
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
