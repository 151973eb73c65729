/** One bar of a plot. */
export interface Bar {
  readonly name: string
  /** Without one there is a reason in its place. */
  readonly value?: { readonly middle: number; readonly low: number; readonly high: number }
  readonly words: string
  /** Drawn in the colour of its own. */
  readonly isOurs: boolean
}

export interface Plot {
  readonly title: string
  readonly groups: readonly { readonly name: string; readonly bars: readonly Bar[] }[]
  /** What a bar as long as the plot stands for; a longer one is cut, and says so. Default: the longest. */
  readonly most?: number
}

const width = 760
const nameWidth = 210
const barLeft = nameWidth + 12
const barMost = width - barLeft - 170
const lineHeight = 22
const barHeight = 12
const headHeight = 40
const groupHeight = 30

/** The colours of both schemes; an image in a page follows the scheme of the browser. */
const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .group { font-weight: 600 }
  .words { fill: #59636e; font-size: 12px }
  .bar { fill: #afb8c1 }
  .ours { fill: #0969da }
  .spread { stroke: #1f2328; stroke-width: 1.5 }
  .back { fill: #ffffff }
  .cut { fill: none; stroke: #ffffff; stroke-width: 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .words { fill: #9198a1 }
    .bar { fill: #545d68 }
    .ours { fill: #4493f8 }
    .spread { stroke: #e6edf3 }
    .back { fill: #0d1117 }
    .cut { stroke: #0d1117 }
  }`

/** Draws horizontal bars, each with the quarters of its samples as a line. */
export function drawPlot({ title, groups, most }: Plot): string {
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value?.middle ?? 0))
  const longest = most ?? Math.max(...values, Number.MIN_VALUE)
  const at = (value: number): number => (Math.min(value, longest) / longest) * barMost
  const parts: string[] = []
  let top = headHeight
  for (const { name, bars } of groups) {
    if (name !== '') {
      parts.push(words('group', 12, top + 18, name))
      top += groupHeight
    }
    for (const bar of bars) {
      const isCut = (bar.value?.middle ?? 0) > longest
      parts.push(drawBar(bar, top, at), ...(isCut ? [cutMark(top)] : []))
      top += lineHeight
    }
    top += 6
  }
  const height = top + 8
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>${style}
</style>
<rect class="back" width="${width}" height="${height}" rx="6" />
${words('title', 12, 24, title)}
${parts.join('\n')}
</svg>
`
}

function drawBar(bar: Bar, top: number, at: (value: number) => number): string {
  const middle = top + lineHeight / 2
  const name = words('', nameWidth, middle + 4, bar.name, 'end')
  if (!bar.value) return `${name}\n${words('words', barLeft, middle + 4, bar.words)}`
  const { value } = bar
  const end = at(value.middle)
  const [low, high] = [barLeft + at(value.low), barLeft + at(value.high)]
  const box = `x="${barLeft}" y="${middle - barHeight / 2}" width="${Math.max(end, 1).toFixed(1)}" height="${barHeight}" rx="2"`
  return [
    name,
    `<rect class="${bar.isOurs ? 'ours' : 'bar'}" ${box} />`,
    ...(high > low
      ? [
          `<line class="spread" x1="${low.toFixed(1)}" x2="${high.toFixed(1)}" y1="${middle}" y2="${middle}" />`,
        ]
      : []),
    words('words', Math.max(barLeft + end, high) + 8, middle + 4, bar.words),
  ].join('\n')
}

/** Two gaps shortly before its end: the bar is longer than there is room for. */
function cutMark(top: number): string {
  const from = top + (lineHeight - barHeight) / 2
  const gaps = [24, 16].map((left) => {
    const x = barLeft + barMost - left
    return `M${x} ${from + barHeight}l6 -${barHeight}`
  })
  return `<path class="cut" d="${gaps.join('')}" />`
}

function words(kind: string, x: number, y: number, text: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}">${escaped(text)}</text>`
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
