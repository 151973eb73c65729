/** Where the links and pictures of a Markdown text lead to. */
export function linksIn(markdown: string): string[] {
  const text = markdown.replaceAll(/^```[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/\]\(([^)]+)\)|\b(?:href|src|srcset)="([^"]+)"/g)].map(
    ([, link, target]) => link ?? target ?? '',
  )
}
