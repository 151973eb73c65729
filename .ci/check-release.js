// Whether the given tag can be released from the folder this is called in. Says each thing that is
// missing.
import { readFileSync } from 'node:fs'

const [, , tag] = process.argv
const { version, repository } = JSON.parse(readFileSync('package.json', 'utf8'))
const headings = readFileSync('CHANGELOG.md', 'utf8').split('\n')
const heading = headings.find(
  (line) => line === `## ${version}` || line.startsWith(`## ${version} `),
)

const missing = [
  tag !== `v${version}` && `The tag is ${tag}, but the version in package.json is ${version}.`,
  !repository?.url &&
    'package.json has no "repository": its owner has to say there where the source is, or npm cannot attest from which commit the package was built.',
  (!heading || heading.includes('unreleased')) &&
    `CHANGELOG.md has no heading "## ${version}", or says that it is unreleased.`,
].filter(Boolean)

for (const sentence of missing) process.stderr.write(`${sentence}\n`)
process.exitCode = missing.length > 0 ? 1 : 0
