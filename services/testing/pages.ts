/** Every item of a list, page by page; `between` runs after each page but the last. */
export async function everyPage<T>(
  page: (pageToken: string) => Promise<{ items: readonly T[]; nextPageToken: string }>,
  between: (pages: number) => Promise<unknown> = async () => undefined,
): Promise<T[][]> {
  const pages: T[][] = [];
  for (let pageToken = ""; ;) {
    const { items, nextPageToken } = await page(pageToken);
    pages.push([...items]);
    if (nextPageToken === "") return pages;
    if (pages.length > 100) throw new Error("the list has no end");
    await between(pages.length);
    pageToken = nextPageToken;
  }
}
