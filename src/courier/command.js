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

function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory()
}

function copyCourier(folder) {
  if (!existsSync(own)) throw new Error(`${own} is missing: install the package again.`)
  const isNew = folder !== '' && !existsSync(folder)
  if (!isNew && !isFolder(folder)) throw new Error(`${folder || '""'} is no folder.`)
  const path = join(folder, name)
  if (isFolder(path)) throw new Error(`${path} is a folder, where the file would be.`)
  mkdirSync(folder, { recursive: true })
  const before = existsSync(path) ? whatWasThere(path) : ''
  copyFileSync(own, path)
  const note = isNew ? ` (the folder ${folder} is new: is it the one that is served?)` : before
  return `${path} is of tokenring ${versionOf(own)} now${note}.\n`
}

function whatIsWrong([command, folder, ...others]) {
  if (command !== 'courier') return `There is no command ${command}.`
  if (folder === undefined) return 'Which folder?'
  return `One folder, without ${others.join(' ')}.`
}

const args = process.argv.slice(2)
const [command, folder] = args
try {
  if (command === undefined || command === '--help') process.stdout.write(help)
  else if (command === '--version') process.stdout.write(`${versionOf(own)}\n`)
  else if (command === 'courier' && args.length === 2) process.stdout.write(copyCourier(folder))
  else throw new Error(`${whatIsWrong(args)}\n\n${help.trimEnd()}`)
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
